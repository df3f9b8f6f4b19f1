import type { Instance } from '../../domain/instance.js';
import type { Sighting } from '../../domain/plan-instance.js';
import { planIdle } from '../../domain/plan-instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import { giveUpMember } from './give-up-member.js';
import type { Outside } from './outside.js';
import { closeSight, sight } from './sight.js';

/** How often an idle member is probed while nothing else tells of it. */
const PROBE_MS = 3_000;
const SUSPECT_PROBE_MS = 500;
/**
 * No gateway ends and is up again within this: Nomad waits 2 s, and a boot takes 5 s at least. One
 * that was out of sight for longer, as after a night of its machine, may be another process.
 */
const UNSEEN_MAX_MS = 6_000;

/** idle: makes sure that what the stock counts is alive; suspects are kept from claims at once. */
export async function watchIdle(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, clock, log } = outside;
  const seen = await look(outside, instance, signal);
  const plan = planIdle(instance, seen, clock.now());
  switch (plan.kind) {
    case 'keep':
      return recheck(PROBE_MS);
    case 'wait':
      return recheck(SUSPECT_PROBE_MS);
    case 'suspect':
      await store.instances.note(instance, { suspectAt: clock.now() });
      log.warn('idle member does not answer', { instanceId: instance.id });
      return recheck(SUSPECT_PROBE_MS);
    case 'rewarm':
      await store.instances.move(
        instance,
        { verb: 'rewarm', at: clock.now() },
        { suspectAt: null },
      );
      log.warn('idle member restarted, warming it up again', { instanceId: instance.id });
      return recheck(0);
    case 'clear':
      await store.instances.note(instance, { suspectAt: null });
      return recheck(PROBE_MS);
    case 'fail':
      return giveUpMember(outside, instance, plan.failure);
  }
}

/** A glance at a member that was never long out of this process's sight, else a close look. */
async function look(outside: Outside, instance: Instance, signal: AbortSignal): Promise<Sighting> {
  const { answered, clock } = outside;
  const at = clock.now();
  const before = answered.get(instance.id);
  answered.delete(instance.id);
  const isKnown = before !== undefined && at.getTime() - before.getTime() <= UNSEEN_MAX_MS;
  const seen = await (isKnown ? sight : closeSight)(outside, instance, signal);
  if (seen.startup === 'started') answered.set(instance.id, at);
  return seen;
}
