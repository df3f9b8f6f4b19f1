import type { InstanceId } from '../../domain/ids.js';
import type { Instance } from '../../domain/instance.js';
import { isWaitedFor } from '../../domain/instance.js';
import type { Outcome, Slot } from '../../lib/keyed-queue.js';
import type { Reconciler } from '../reconciler.js';
import { SETTLED, STEP_ASIDE, recheck } from '../reconciler.js';
import { bind } from './bind.js';
import { keepReady } from './keep-ready.js';
import { keepTrashed } from './keep-trashed.js';
import { launch } from './launch.js';
import type { Outside } from './outside.js';
import { Patience, isOurTrouble } from './patience.js';
import { resume } from './resume.js';
import { tearDown } from './tear-down.js';
import { warm } from './warm.js';
import { watchIdle } from './watch-idle.js';

/** Brings an instance one step on in its life; the row says where it stands. */
export class InstanceReconciler implements Reconciler {
  readonly #patience = new Patience();

  constructor(private readonly outside: Outside) {}

  async reconcile(key: string, signal: AbortSignal, slot: Slot): Promise<Outcome> {
    const instance = await this.outside.store.instances.find(key as InstanceId);
    if (instance === null) return SETTLED;
    if (slot === 'reserved' && !isWaitedFor(instance)) return STEP_ASIDE;
    try {
      return await this.#step(instance, signal);
    } catch (error) {
      if (isOurTrouble(error)) this.#patience.excuse(instance.id, this.outside.clock.now());
      throw error;
    }
  }

  async #step(instance: Instance, signal: AbortSignal): Promise<Outcome> {
    if (instance.state !== 'idle') this.outside.answered.delete(instance.id);
    switch (instance.state) {
      case 'creating':
        return launch(this.outside, instance, { asTried: this.#asTried(instance), signal });
      case 'warming':
        return warm(this.outside, instance, signal);
      case 'idle':
        return watchIdle(this.outside, instance, signal);
      case 'binding':
        return bind(this.outside, instance, { asTried: this.#asTried(instance), signal });
      case 'ready':
        this.#patience.forget(instance.id);
        return keepReady(this.outside, instance, signal);
      case 'resuming':
        return resume(this.outside, instance, { asTried: this.#asTried(instance), signal });
      case 'trashed':
        return keepTrashed(this.outside, instance, signal);
      case 'failed':
        return this.#clearAway(instance);
      case 'deleting':
        return tearDown(this.outside, instance, signal);
      case 'stopped':
      case 'deleted':
        return SETTLED;
    }
  }

  #asTried(instance: Instance): Instance {
    return this.#patience.asTried(instance, this.outside.clock.now());
  }

  /**
   * A failed member is destroyed at once, and so is one whose owner was moved away; what failed in a
   * tenant's hands is kept to be looked at.
   */
  async #clearAway(instance: Instance): Promise<Outcome> {
    if (instance.tenantId !== null && instance.replacedBy === null) return SETTLED;
    await this.outside.store.instances.move(instance, {
      verb: 'delete',
      at: this.outside.clock.now(),
    });
    return recheck(0);
  }
}
