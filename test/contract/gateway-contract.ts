import { expect } from 'chai';
import type { InstanceId } from '../../src/domain/ids.js';
import type { EdgeProbe, Gateway } from '../../src/ports/index.js';
import { anInstanceId } from '../support/builders.js';
import { expectFault } from '../support/expect-fault.js';

/** One gateway that can be reached directly and through the edge. */
export interface GatewayHarness {
  readonly gateway: Gateway;
  readonly edge: EdgeProbe;
  readonly instanceId: InstanceId;
  readonly address: string;
  /** The token that opens it now. */
  readonly token: () => string;
  /** Gives it another token and the next revision; resolves when it runs with both. */
  readonly rebind: () => Promise<number>;
}

const { signal } = new AbortController();
const NOBODY = '127.0.0.1:1';

/**
 * What holds of every gateway, the fake and OpenClaw alike. The wrong tokens it tries stay well
 * below the number that locks a caller out.
 */
export function describeGateway(harness: () => GatewayHarness): void {
  it('has started, and says so to anybody', async () => {
    const { gateway, address } = harness();

    expect(await gateway.startupState(address, signal)).to.equal('started');
  });

  it('takes silence for information', async () => {
    const { gateway } = harness();

    expect(await gateway.startupState(NOBODY, signal)).to.equal('unreachable');
    expect(await gateway.tryToken(NOBODY, 'any', signal)).to.equal('unreachable');
    await expectFault('gateway_unreachable', gateway.warmUp(NOBODY, 'any', signal));
  });

  it('is opened by its token alone, directly and through the edge', async () => {
    const { gateway, edge, instanceId, address, token } = harness();

    expect(await gateway.tryToken(address, token(), signal)).to.equal('accepted');
    expect(await gateway.tryToken(address, 'not-the-token', signal)).to.equal('refused');
    expect(await edge.tryToken(instanceId, token(), signal)).to.equal('accepted');
    expect(await edge.tryToken(instanceId, 'not-the-token', signal)).to.equal('refused');
  });

  it('cannot be reached through the edge by a name that nobody has', async () => {
    const { edge, token } = harness();

    expect(await edge.tryToken(anInstanceId(), token(), signal)).to.equal('unreachable');
  });

  it('answers a throw-away turn', async () => {
    const { gateway, address, token } = harness();
    await gateway.warmUp(address, token(), signal);

    expect(await gateway.startupState(address, signal)).to.equal('started');
  });

  it('refuses the old token and tells the new revision once it is bound anew', async () => {
    const { gateway, edge, instanceId, address, token, rebind } = harness();
    const old = token();
    const revision = await rebind();

    expect(await gateway.tryToken(address, old, signal)).to.equal('refused');
    expect(await gateway.appliedRevision(address, signal)).to.equal(revision);
    expect(await edge.tryToken(instanceId, token(), signal)).to.equal('accepted');
  });
}
