import type { ConfigChange } from '../../domain/config/config-change.js';
import { planConfigChange } from '../../domain/config/config-change.js';
import type { Instance } from '../../domain/instance.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import type { Repositories } from '../../ports/index.js';
import { recheck } from '../reconciler.js';
import { announce } from './announce.js';
import { hasLoadedMore } from './has-loaded-more.js';
import type { Outside } from './outside.js';

/**
 * Brings the newest change of a tenant's configuration to its end. Null when there is nothing to do but
 * to bring the gateway to its revision.
 */
export async function followConfig(
  outside: Outside,
  instance: Instance,
  address: string | null,
  signal: AbortSignal,
): Promise<Outcome | null> {
  const change = await outside.store.configs.latest(instance.id);
  if (change === null || change.state === 'applied') return null;
  if (change.state === 'reverted') return announcePutBack(outside, instance, change, signal);
  switch (planConfigChange(change, instance, outside.clock.now())) {
    case 'wait':
      return null;
    case 'finish':
      return finish(outside, change);
    case 'put_back':
      if (await hasLoadedMore(outside, instance, address, signal)) return null;
      return putBack(outside, instance, change);
  }
}

async function finish(outside: Outside, change: ConfigChange): Promise<Outcome> {
  const { store, clock, log } = outside;
  const { id, instanceId } = change;
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.instances.findForUpdate(instanceId)) === null) return;
    if ((await tx.configs.advance(change, { state: 'applied', at })) === null) return;
    await record(tx, change, at, 'applied');
  });
  outside.onConfigChange('applied');
  log.info('a tenant’s configuration is applied', { instanceId, changeId: id });
  return recheck(0);
}

/**
 * The gateway did not follow: it goes on with what it had, and would not start with what it was told.
 * From this moment on the newest change that counts is the one before.
 */
async function putBack(
  { store, clock, log, onConfigChange }: Outside,
  instance: Instance,
  change: ConfigChange,
): Promise<Outcome> {
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.instances.findForUpdate(instance.id))?.state !== 'ready') return;
    const revision = await tx.keys.raise(instance.id, 0);
    const step = { state: 'reverted', at, revision, reason: 'not_taken' } as const;
    if ((await tx.configs.advance(change, step)) === null) {
      throw new Fault('write_superseded', 'This step was taken already.');
    }
    await record(tx, change, at, 'put_back');
  });
  onConfigChange('put_back');
  log.warn('a tenant’s configuration was put back', {
    instanceId: instance.id,
    changeId: change.id,
  });
  return recheck(0);
}

/** Told at once, whether the gateway runs or not: it may be that it cannot start before. */
async function announcePutBack(
  outside: Outside,
  instance: Instance,
  change: ConfigChange,
  signal: AbortSignal,
): Promise<null> {
  const { announced, clock } = outside;
  const { id, revision, revisionApplied } = instance;
  const isKnown = revisionApplied >= change.revision || announced.get(id)?.revision === revision;
  if (isKnown) return null;
  await announce(outside, instance, signal);
  announced.set(id, { revision, at: clock.now() });
  return null;
}

async function record(
  tx: Repositories,
  { id, instanceId, number }: ConfigChange,
  at: Date,
  outcome: 'applied' | 'put_back',
): Promise<void> {
  const isApplied = outcome === 'applied';
  await tx.audit.append({
    ...{ at, actor: 'controller', action: `config.${outcome}`, target: instanceId },
    ...{ outcome: isApplied ? 'done' : 'refused', requestId: null, from: null },
    details: { change: id, number },
  });
  const topic = isApplied ? 'instance.config_applied' : 'instance.config_put_back';
  await tx.outbox.append({ topic, key: instanceId, payload: { change: id, number }, at });
}
