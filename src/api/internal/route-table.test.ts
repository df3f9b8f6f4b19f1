import { expect } from 'chai';
import { waitFor } from '../../../test/support/wait-for.js';
import { aClaimedInstance, anInstance, anInstanceId } from '../../../test/support/builders.js';
import type { InstanceId } from '../../domain/ids.js';
import type { Instance } from '../../domain/instance.js';
import { RouteTable } from './route-table.js';

/** Rows that a test can change, and a count of how often they were asked for. */
class Rows {
  readonly rows = new Map<string, Instance>();
  asked = 0;
  isAway = false;
  /** Never answers, as a database that is frozen or behind a broken network. */
  hangs = false;

  put(instance: Instance): Instance {
    this.rows.set(instance.id, instance);
    return instance;
  }

  async find(id: InstanceId): Promise<Instance | null> {
    this.asked += 1;
    await Promise.resolve();
    if (this.isAway) throw new Error('the database is away');
    if (this.hangs) await new Promise<never>(() => undefined);
    return this.rows.get(id) ?? null;
  }
}

describe('RouteTable', () => {
  let rows: Rows;
  let table: RouteTable;

  beforeEach(() => {
    rows = new Rows();
    table = new RouteTable(rows);
  });

  it('routes claimed instances, and knows no others', async () => {
    for (const [state, kind] of [
      ['binding', 'upstream'],
      ['ready', 'upstream'],
      ['stopped', 'stopped'],
      ['creating', 'starting'],
      ['warming', 'starting'],
      ['idle', 'unknown'],
      ['failed', 'unknown'],
      ['deleting', 'unknown'],
      ['deleted', 'unknown'],
    ] as const) {
      const { id } = rows.put(aClaimedInstance({ state }));
      expect((await table.find(id)).kind, state).to.equal(kind);
    }
    expect(await table.find(anInstanceId())).to.deep.equal({ kind: 'unknown' });
  });

  it('tells nobody of members that start for the stock', async () => {
    for (const state of ['creating', 'warming', 'idle'] as const) {
      const { id } = rows.put(anInstance({ state }));
      expect((await table.find(id)).kind, state).to.equal('unknown');
    }
  });

  it('leads from an instance that was replaced to the one its owner has now', async () => {
    const to = anInstanceId();
    for (const state of ['failed', 'deleting', 'deleted'] as const) {
      const { id } = rows.put(aClaimedInstance({ state, replacedBy: to }));
      expect(await table.find(id), state).to.deep.equal({ kind: 'moved', to });
    }
  });

  it('shows an owner’s gateway without an address as starting', async () => {
    for (const state of ['binding', 'ready'] as const) {
      const { id } = rows.put(aClaimedInstance({ state, address: null }));
      expect((await table.find(id)).kind, state).to.equal('starting');
    }
  });

  it('asks once for all who ask at once, and then answers from memory', async () => {
    const { id } = rows.put(aClaimedInstance({ state: 'ready' }));
    await Promise.all([table.find(id), table.find(id), table.find(id)]);
    await table.find(id);
    expect(rows.asked).to.equal(1);
  });

  it('shows a change on the next request after hearing of it', async () => {
    const instance = rows.put(aClaimedInstance({ state: 'ready', address: '127.0.0.1:1' }));
    await table.find(instance.id);
    rows.put({ ...instance, state: 'deleting' });
    table.onChange(instance.id);
    expect(await table.find(instance.id)).to.deep.equal({ kind: 'unknown' });
  });

  it('opens a name that was asked for before it was claimed', async () => {
    const id = anInstanceId();
    expect((await table.find(id)).kind).to.equal('unknown');
    rows.put(aClaimedInstance({ id, state: 'binding' }));
    table.onChange(id);
    expect((await table.find(id)).kind).to.equal('upstream');
  });

  it('does not keep an answer that was read before a change but came after it', async () => {
    const instance = rows.put(aClaimedInstance({ state: 'ready' }));
    const slow = table.find(instance.id);
    rows.put({ ...instance, state: 'deleting' });
    table.onChange(instance.id);
    await slow;
    expect(await table.find(instance.id)).to.deep.equal({ kind: 'unknown' });
  });

  it('goes on serving what it knew while the database is away, but nothing it did not', async () => {
    const { id, address } = rows.put(aClaimedInstance({ state: 'ready' }));
    await table.find(id);
    rows.isAway = true;
    table.onGap();
    expect(await table.find(id)).to.deep.equal({ kind: 'upstream', address });

    const refused = await table.find(anInstanceId()).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
  });

  it('does not let those wait for a database that hangs whose way it knows', async () => {
    const { id, address } = rows.put(aClaimedInstance({ state: 'ready' }));
    await table.find(id);
    rows.hangs = true;
    table.onGap();
    expect(await table.find(id)).to.deep.equal({ kind: 'upstream', address });

    const asked = rows.asked;
    for (let requests = 0; requests < 100; requests += 1) await table.find(id);
    expect(rows.asked, 'asked again for each request').to.equal(asked);
  });

  it('leads nobody to what is deleted, once the database answers again', async () => {
    const instance = rows.put(aClaimedInstance({ state: 'ready' }));
    await table.find(instance.id);
    rows.isAway = true;
    table.onGap();
    await table.find(instance.id);
    rows.isAway = false;
    rows.put({ ...instance, state: 'deleting' });
    const isClosed = async () => (await table.find(instance.id)).kind === 'unknown';
    await waitFor(isClosed, { withinMs: 5_000, describe: 'the name to be closed' });
  });
});
