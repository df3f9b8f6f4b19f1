import { FindAudit } from '../../../src/commands/find-audit.js';
import type { AuditRecord } from '../../../src/domain/audit/audit-entry.js';
import { CHAIN_START, sealAll } from '../../../src/domain/audit/chain.js';
import type {
  AuditFilter,
  AuditStore,
  Page,
  Paged,
  PlacedRecord,
  SealedRecord,
} from '../../../src/ports/index.js';
import { NOON } from '../../support/builders.js';

/** An act that stands in the audit. */
export function anAuditRecord(changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    ...{ id: 1, at: NOON, actor: 'product:shop', from: '192.0.2.7', action: 'instance.claim' },
    ...{
      target: 'oc-aaaaaaaaaaaa',
      outcome: 'done',
      requestId: 'req-test',
      details: { name: 'x' },
    },
    ...changes,
  };
}

/** An audit in memory, behind the real command. What is `sealed` is the chain of what it holds. */
export class MemoryAudit {
  /** Written, in this order. */
  records: readonly AuditRecord[] = [];
  /** Sealed; the records as they were then. */
  sealed: readonly SealedRecord[] = [];

  readonly commands = new FindAudit({
    audit: {
      append: () => Promise.reject(new Error('nothing is written here')),
      list: (filter, page) => Promise.resolve(this.#list(filter, page)),
    },
    auditChain: {
      head: () => Promise.resolve(this.sealed.at(-1)?.seal ?? null),
      unsealed: () => Promise.resolve([]),
      waitingSince: () => Promise.resolve(null),
      append: () => Promise.resolve(false),
      listAfter: (number, limit) =>
        Promise.resolve(this.sealed.filter(({ seal }) => seal.number > number).slice(0, limit)),
    },
  });

  /** Seals all records, as a worker does within seconds. */
  seal(): void {
    const seals = sealAll(CHAIN_START, this.records, NOON);
    this.sealed = seals.map((seal, index) => ({
      record: this.records[index] ?? anAuditRecord(),
      seal,
    }));
  }

  #list(filter: AuditFilter, { limit, cursor }: Page): Paged<PlacedRecord> {
    const rows = this.records
      .filter(({ id }) => cursor === null || id < Number(cursor))
      .filter((record) => fits(record, filter))
      .map((record) => ({ record, seal: this.#sealOf(record) }))
      .reverse();
    const shown = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? String(shown.at(-1)?.record.id ?? '') : null;
    return { rows: shown, nextCursor };
  }

  #sealOf({ id }: AuditRecord): PlacedRecord['seal'] {
    return this.sealed.find(({ seal }) => seal.recordId === id)?.seal ?? null;
  }
}

function fits(record: AuditRecord, filter: Parameters<AuditStore['list']>[0]): boolean {
  const { actor, action, target, outcome, since, until } = filter;
  return (
    [undefined, record.actor].includes(actor) &&
    [undefined, record.action].includes(action) &&
    [undefined, record.target].includes(target) &&
    (outcome === undefined || outcome === record.outcome) &&
    (since === undefined || record.at >= since) &&
    (until === undefined || record.at < until)
  );
}
