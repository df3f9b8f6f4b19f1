import type { Instance } from '../../domain/instance.js';
import { planIdle } from '../../domain/plan-instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import { giveUpMember } from './give-up-member.js';
import type { Outside } from './outside.js';
import { sight } from './sight.js';

/** How often an idle member is probed while nothing else tells of it. */
const PROBE_MS = 3_000;
const SUSPECT_PROBE_MS = 500;

/** idle: makes sure that what the stock counts is alive; suspects are kept from claims at once. */
export async function watchIdle(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, clock, log } = outside;
  const seen = await sight(outside, instance, signal);
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
