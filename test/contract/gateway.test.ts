import { expect } from 'chai';
import type { InstanceId } from '../../src/domain/ids.js';
import { aPoolKey, anAnnouncement, anInstanceId } from '../support/builders.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { describeGateway } from './gateway-contract.js';

const { signal } = new AbortController();

describe('Gateway and EdgeProbe (fakes)', () => {
  let fleet: FakeFleet;
  let instanceId: InstanceId;
  let version: number;

  beforeEach(async () => {
    fleet = new FakeFleet({ isRouted: (id) => id === instanceId });
    instanceId = anInstanceId();
    version = 0;
    await rebind();
    await fleet.scheduler.startInstance({ instanceId, pool: aPoolKey() }, signal);
  });

  describeGateway(() => ({
    gateway: fleet.gateway,
    edge: fleet.edge,
    instanceId,
    address: address(),
    token: () => token(version),
    rebind,
  }));

  it('locks a caller out who tries wrong tokens again and again', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await fleet.gateway.tryToken(address(), 'wrong', signal)).to.equal('refused');
    }
    expect(await fleet.gateway.tryToken(address(), token(1), signal)).to.equal('locked_out');
  });

  it('keeps its token while it does not reload', async () => {
    fleet.holdReloads(instanceId);
    await rebind();
    expect(await fleet.gateway.tryToken(address(), token(1), signal)).to.equal('accepted');

    fleet.reload(instanceId);
    expect(await fleet.gateway.tryToken(address(), token(2), signal)).to.equal('accepted');
  });

  it('says that it is starting while it is', async () => {
    fleet.holdStart(instanceId);
    expect(await fleet.gateway.startupState(address(), signal)).to.equal('starting');

    fleet.finishStart(instanceId);
    expect(await fleet.gateway.startupState(address(), signal)).to.equal('started');
  });

  it('answers at another address once its allocation was replaced', async () => {
    const before = address();
    fleet.scheduler.moveAllocation(instanceId);
    const entry = await fleet.catalog.find(instanceId, signal);

    expect(entry?.address).to.equal(address()).and.not.equal(before);
    expect(await fleet.gateway.startupState(before, signal)).to.equal('unreachable');
    expect(await fleet.gateway.startupState(address(), signal)).to.equal('started');
  });

  it('is gone from the catalog once it is stopped', async () => {
    await fleet.scheduler.stopInstance(instanceId, signal);

    expect(await fleet.catalog.find(instanceId, signal)).to.equal(null);
  });

  async function rebind(): Promise<number> {
    version += 1;
    await fleet.secrets.ensureToken(instanceId, version, signal);
    const announcement = anAnnouncement({ revision: version, gatewayVersion: version });
    await fleet.announcements.announce(instanceId, announcement, signal);
    return version;
  }

  function address(): string {
    return fleet.addressOf(instanceId) ?? expect.fail('it does not run');
  }

  function token(ofVersion: number): string {
    return fleet.secrets.token(instanceId, ofVersion) ?? expect.fail('it has no token');
  }
});
