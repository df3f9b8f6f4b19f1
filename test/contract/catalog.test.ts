import { expect } from 'chai';
import { ConsulCatalog } from '../../src/clients/consul/consul-catalog.js';
import type { Catalog, CatalogEntry } from '../../src/ports/index.js';
import { aCatalogEntry, anInstanceId } from '../support/builders.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeCatalog } from '../support/fakes/fake-catalog.js';
import { freePort } from '../support/free-port.js';
import { requireServer } from '../support/servers.js';
import type { TestConsul } from '../support/test-consul.js';
import { startTestConsul } from '../support/test-consul.js';
import { waitFor } from '../support/wait-for.js';

interface Harness {
  readonly catalog: Catalog;
  /** Registers the gateway as Nomad would, or changes its registration. */
  readonly put: (entry: CatalogEntry) => Promise<void>;
  readonly remove: (entry: CatalogEntry) => Promise<void>;
}

const { signal } = new AbortController();

function describeCatalog(harness: () => Harness): void {
  it('finds a gateway by its instance', async () => {
    const { catalog, put } = harness();
    const entry = aCatalogEntry({ address: '127.0.0.1:20001' });
    await put(entry);

    expect(await catalog.find(entry.instanceId, signal)).to.deep.equal(entry);
    expect(await catalog.find(anInstanceId(), signal)).to.equal(null);
  });

  it('tells a gateway that passes its checks from one that does not', async () => {
    const { catalog, put } = harness();
    const entry = aCatalogEntry({ isPassing: false });
    await put(entry);
    expect(await catalog.find(entry.instanceId, signal)).to.deep.equal(entry);

    await put({ ...entry, isPassing: true });
    expect(await catalog.find(entry.instanceId, signal)).to.include({ isPassing: true });
  });

  it('forgets a gateway that is gone', async () => {
    const { catalog, put, remove } = harness();
    const entry = aCatalogEntry();
    await put(entry);
    await remove(entry);

    expect(await catalog.find(entry.instanceId, signal)).to.equal(null);
  });

  it('shows all gateways at once, and waits for the next change', async () => {
    const { catalog, put } = harness();
    const [first, second] = [aCatalogEntry(), aCatalogEntry()];
    await put(first);
    const before = await catalog.snapshot(null, signal);
    const waiting = catalog.snapshot(before.index, signal);
    await put(second);
    const after = await waiting;

    expect(before.entries).to.deep.include(first).and.not.deep.include(second);
    expect(after.entries).to.deep.include.members([first, second]);
    expect(after.index).to.not.equal(before.index);
  });

  it('stops waiting when its caller gives up', async () => {
    const { catalog } = harness();
    const { index } = await catalog.snapshot(null, signal);
    const caller = new AbortController();
    const waiting = expectFault('consul_unreachable', catalog.snapshot(index, caller.signal));
    caller.abort();

    await waiting;
  });
}

describe('Catalog (fake)', () => {
  let catalog: FakeCatalog;

  beforeEach(() => {
    catalog = new FakeCatalog();
  });

  describeCatalog(() => ({
    catalog,
    put: async (entry) => {
      catalog.put(entry);
    },
    remove: async ({ instanceId }) => {
      catalog.remove(instanceId);
    },
  }));
});

describe('Catalog (Consul, with the rights of the control plane)', function () {
  this.timeout(60_000);
  let consul: TestConsul | undefined;
  let catalog: ConsulCatalog;

  before(async function () {
    requireServer('consul', this);
    consul = await startTestConsul();
    const token = await consul.tokenFor('clawdeploy-control-plane');
    catalog = aCatalog(consul.address, token);
  });

  after(async () => {
    catalog.close();
    await consul?.stop();
  });

  describeCatalog(() => ({ catalog, put, remove }));

  it('prefers, of two registrations of an instance, the one whose checks pass', async () => {
    const old = aCatalogEntry();
    const { instanceId } = old;
    const allocationId = '00000000-0000-4000-8000-000000000002';
    const next = aCatalogEntry({ instanceId, allocationId, address: '127.0.0.1:20002' });
    await put(old);
    await put({ ...next, isPassing: false });
    expect(await catalog.find(instanceId, signal)).to.deep.equal(old);

    await put(next);
    const { entries } = await catalog.snapshot(null, signal);
    expect(entries.filter((entry) => entry.instanceId === instanceId)).to.deep.equal([next]);
  });

  it('calls it a refusal when the token may not see instances', async () => {
    await put(aCatalogEntry());
    const unknown = '11111111-1111-4111-8111-111111111111';
    const powerless = (await consul?.tokenWithout()) ?? '';
    for (const token of [unknown, powerless]) {
      const blind = aCatalog(consul?.address ?? '', token);
      const fault = await expectFault('consul_refused', blind.snapshot(null, signal));
      expect(JSON.stringify(fault.details)).to.not.include(token);
      blind.close();
    }
  });

  it('says so when nobody answers', async () => {
    const nobody = aCatalog(`http://127.0.0.1:${String(await freePort())}`, 'a-token');
    const fault = await expectFault('consul_unreachable', nobody.find(anInstanceId(), signal));

    expect(fault.details).to.include({ reason: 'connection' });
  });

  /** Registers with the agent, and waits until the agent has told the servers. */
  async function put(entry: CatalogEntry): Promise<void> {
    const [address, port] = entry.address.split(':');
    const id = `_nomad-task-${entry.allocationId}-${entry.instanceId}`;
    const status = entry.isPassing ? 'passing' : 'critical';
    await consul?.admin('PUT', '/v1/agent/service/register', {
      ID: id,
      Name: 'openclaw',
      Address: address,
      Port: Number(port),
      Meta: { instance_id: entry.instanceId, allocation_id: entry.allocationId },
      Check: { CheckID: id, TTL: '1h', Status: status },
    });
    await consul?.admin('PUT', `/v1/agent/check/update/${id}`, { Status: status });
    await waitFor(
      async () => {
        const known = await consul?.admin('GET', `/v1/health/checks/openclaw`);
        return (known as readonly { CheckID: string; Status: string }[]).some(
          (check) => check.CheckID === id && check.Status === status,
        );
      },
      { withinMs: 5_000, describe: 'the registration to be known' },
    );
  }

  async function remove({ allocationId, instanceId }: CatalogEntry): Promise<void> {
    const id = `_nomad-task-${allocationId}-${instanceId}`;
    await consul?.admin('PUT', `/v1/agent/service/deregister/${id}`);
    await waitFor(
      async () => {
        const known = await consul?.admin('GET', `/v1/health/checks/openclaw`);
        return !(known as readonly { CheckID: string }[]).some(({ CheckID }) => CheckID === id);
      },
      { withinMs: 5_000, describe: 'the registration to be gone' },
    );
  }
});

function aCatalog(address: string, token: string): ConsulCatalog {
  return new ConsulCatalog({ address, token: () => token, service: 'openclaw' });
}
