import type { Caller } from '../domain/principal.js';
import type {
  AuditFilter,
  Page,
  Paged,
  PlacedRecord,
  SealedRecord,
  Store,
} from '../ports/index.js';
import { assertOverseer } from './assert-operator.js';

/** Reads the audit. Fault: `forbidden`. */
export class FindAudit {
  constructor(private readonly store: Pick<Store, 'audit' | 'auditChain'>) {}

  /** Newest first; sealed or not yet. */
  async list(request: {
    readonly caller: Caller;
    readonly filter: AuditFilter;
    readonly page: Page;
  }): Promise<Paged<PlacedRecord>> {
    assertOverseer(request.caller.principal);
    return this.store.audit.list(request.filter, request.page);
  }

  /** What is sealed, in the order of the chain, from the link after `after` on. */
  async export(request: {
    readonly caller: Caller;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly SealedRecord[]> {
    assertOverseer(request.caller.principal);
    return this.store.auditChain.listAfter(request.after, request.limit);
  }
}
