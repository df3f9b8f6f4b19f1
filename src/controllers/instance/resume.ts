import type { Instance } from '../../domain/instance.js';
import { planResume } from '../../domain/plan-resume.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import type { AllocationView } from '../../ports/index.js';
import { recheck } from '../reconciler.js';
import { announceToStarted } from './announce.js';
import type { Try } from './bind.js';
import { failForOwner } from './fail-for-owner.js';
import { lookAgainMs } from './look-again.js';
import type { Outside } from './outside.js';
import { prove } from './prove.js';
import { newest } from './sight.js';

/** Between two looks at a gateway that ends or starts. */
const STARTING_AGAIN_MS = 400;

/** resuming → ready: ends the process if it is to be restarted, and brings the gateway to the proof. */
export async function resume(
  outside: Outside,
  instance: Instance,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const { store, scheduler, clock } = outside;
  const isAwaited = instance.resumeStep === 'awaited';
  const allocation = isAwaited ? null : await allocationOf(outside, instance, signal);
  const plan = planResume(asTried, allocation, clock.now());
  switch (plan.kind) {
    case 'mark':
      await store.instances.note(instance, {
        resumeStep: 'restart_marked',
        restartFrom: plan.from,
      });
      return recheck(0);
    case 'restart':
      if (allocation !== null) await scheduler.restartInstance(instance.id, allocation.id, signal);
      return reached(outside, instance);
    case 'await':
      return reached(outside, instance);
    case 'wait':
      return recheck(STARTING_AGAIN_MS);
    case 'prove':
      return proveStarted(outside, instance, { asTried, signal });
    case 'fail':
      // It holds a tenant's data, so no other instance could take its place.
      return failForOwner(outside, instance, plan.failure);
  }
}

async function allocationOf(
  { scheduler }: Outside,
  { id }: Instance,
  signal: AbortSignal,
): Promise<AllocationView | null> {
  return newest(await scheduler.listAllocations(id, signal)) ?? null;
}

async function reached({ store }: Outside, instance: Instance): Promise<Outcome> {
  await store.instances.note(instance, { resumeStep: 'awaited' });
  return recheck(0);
}

/** The gateway must have started, and run with all that its row says, before it is asked through the edge. */
async function proveStarted(
  outside: Outside,
  instance: Instance,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const address = await announceToStarted(outside, instance, signal);
  if (address === null) return recheck(STARTING_AGAIN_MS);
  const applied = await outside.gateway.appliedRevision(address, signal);
  if (applied === null || applied < instance.revision) {
    return recheck(lookAgainMs(asTried.stateAt, outside.clock.now()));
  }
  return prove(outside, instance, 'resume', { asTried, signal });
}
