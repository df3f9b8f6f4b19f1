import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import type { Try } from './bind.js';
import { currentAddress } from './current-address.js';
import { tryThroughEdge } from './edge-proof.js';
import { lookAgainMs } from './look-again.js';
import type { Outside } from './outside.js';

/** After a wrong login: ten of them in a minute lock us out for five. */
const REFUSED_AGAIN_MS = 10_000;
/** A gateway that locked us out lets nobody in for five minutes; asking sooner is of no use. */
const LOCKED_OUT_AGAIN_MS = 60_000;

/** Which way an instance comes to its proof. */
export type ProofPhase = 'bind' | 'resume';

/**
 * The proof, which makes an instance ready, whichever way it came: the tenant's token opens the gateway
 * through the edge, by the instance's own name.
 */
export async function prove(
  outside: Outside,
  instance: Instance,
  phase: ProofPhase,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const verdict = await tryThroughEdge(outside, instance, signal);
  if (verdict === 'accepted') return becomeReady(outside, instance, phase, signal);
  const isAway = verdict === 'unreachable';
  const soonMs = lookAgainMs(asTried.stateAt, outside.clock.now());
  return recheck(isAway ? soonMs : againAfterMs(verdict));
}

/** What follows from a proof that was accepted. */
export async function becomeReady(
  outside: Outside,
  instance: Instance,
  phase: ProofPhase,
  signal: AbortSignal,
): Promise<Outcome> {
  const { gateway, store, clock, log, onPhase } = outside;
  const address = await currentAddress(outside, instance, signal);
  const applied = address === null ? null : await gateway.appliedRevision(address, signal);
  const at = clock.now();
  await store.transaction(async (tx) => {
    const notes = {
      revisionApplied: applied ?? instance.revisionApplied,
      ...(phase === 'resume' ? { resumeStep: null, restartFrom: null } : {}),
    };
    // Put into the trash and taken out again since, it may be locked by now: this proof is of before.
    if (phase === 'resume') {
      const now = await tx.instances.findForUpdate(instance.id);
      if (now?.revision !== instance.revision) return;
    }
    const proven = await tx.instances.move(instance, { verb: 'prove', at }, notes);
    if (proven === null) return;
    const payload = { name: instance.name, revision: applied };
    await tx.outbox.append({ topic: 'instance.ready', key: instance.id, payload, at });
  });
  outside.wakePool(instance.poolId);
  onPhase(phase, (at.getTime() - instance.stateAt.getTime()) / 1000);
  log.info('instance ready', { instanceId: instance.id, allocationId: instance.allocationId });
  return applied === instance.revision ? SETTLED : recheck(0);
}

/** How soon to ask a gateway again that met a token like this, in milliseconds. */
export function againAfterMs(verdict: 'refused' | 'locked_out'): number {
  return verdict === 'refused' ? REFUSED_AGAIN_MS : LOCKED_OUT_AGAIN_MS;
}
