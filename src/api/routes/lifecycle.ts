import type { AwaitInstance } from '../../commands/await-instance.js';
import type { DeleteInstance } from '../../commands/delete-instance.js';
import type { InstanceView } from '../../commands/instance-view.js';
import type { RestartInstance } from '../../commands/restart-instance.js';
import type { RestoreInstance } from '../../commands/restore-instance.js';
import { parseInstanceId } from '../../domain/ids.js';
import type { Endpoint, EndpointAnswer, EndpointRequest } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import type { PublicNames } from '../present.js';
import { presentInstance } from '../present.js';
import { DeleteQuery, InstancePath, InstanceShown } from '../schemas.js';

/** What the operations on an instance's life call. */
export interface LifecycleCommands {
  readonly remove: Pick<DeleteInstance, 'execute'>;
  readonly restart: Pick<RestartInstance, 'execute'>;
  readonly restore: Pick<RestoreInstance, 'execute'>;
  readonly wait: Pick<AwaitInstance, 'execute'>;
}

/** The operations that move an instance about in its life; each way back ends in the proof. */
export function lifecycleEndpoints(commands: LifecycleCommands, names: PublicNames): Endpoint[] {
  return [
    restartInstance(commands, names),
    deleteInstance(commands, names),
    restoreInstance(commands, names),
  ];
}

const BACK_ANSWERS = {
  200: { says: 'Ready again, and proven.', schema: InstanceShown },
  202: { says: 'On its way back to ready.', schema: InstanceShown },
};

function restartInstance(commands: LifecycleCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/instances/:id/restart',
    operationId: 'restartInstance',
    scope: 'instances:write',
    summary:
      'Start the gateway again where it is, with its data; 10–25 s after its turns have ended',
    params: InstancePath,
    query: null,
    body: null,
    canWait: true,
    takesMatch: true,
    answers: BACK_ANSWERS,
    faults: [
      ...(['instance_unknown', 'instance_not_ready'] as const),
      ...(['rotation_in_progress', 'config_change_in_progress'] as const),
    ],
    handle: (request) => bringBack(commands, names, request, commands.restart),
  });
}

function restoreInstance(commands: LifecycleCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/instances/:id/restore',
    operationId: 'restoreInstance',
    scope: 'instances:write',
    summary: 'Take an instance out of the trash, with its data, keys and token',
    params: InstancePath,
    query: null,
    body: null,
    canWait: true,
    takesMatch: true,
    answers: BACK_ANSWERS,
    faults: ['instance_unknown', 'restore_refused'],
    handle: (request) => bringBack(commands, names, request, commands.restore),
  });
}

async function bringBack(
  { wait }: LifecycleCommands,
  names: PublicNames,
  request: EndpointRequest<{ id: string }, unknown, unknown>,
  command: Pick<RestartInstance, 'execute'>,
): Promise<EndpointAnswer> {
  const { caller, params, match, waitMs, signal } = request;
  const instanceId = parseInstanceId(params.id);
  const begun = await command.execute({
    ...{ caller, instanceId },
    precondition: (view: InstanceView) => match.assert(presentInstance(names, view)),
  });
  const waiting = { caller, instanceId, until: 'ready', signal } as const;
  const view = waitMs === null ? begun : await wait.execute({ ...waiting, withinMs: waitMs });
  const status = view.instance.state === 'ready' ? 200 : 202;
  return { status, body: presentInstance(names, view) };
}

function deleteInstance({ remove, wait }: LifecycleCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/v1/instances/:id',
    operationId: 'deleteInstance',
    scope: 'instances:write',
    summary: 'Put an instance out of reach, and destroy it with all its data and keys',
    params: InstancePath,
    query: DeleteQuery,
    body: null,
    canWait: true,
    takesMatch: true,
    answers: {
      202: {
        says: 'Nobody reaches it any more; it is destroyed at once, or at destroyAt.',
        schema: InstanceShown,
      },
    },
    faults: ['instance_unknown'],
    async handle({ caller, params, query, match, waitMs, signal }) {
      const instanceId = parseInstanceId(params.id);
      const graceMs = query.grace === undefined ? null : query.grace * 1000;
      let view = await remove.execute({
        ...{ caller, instanceId, graceMs },
        precondition: (seen) => match.assert(presentInstance(names, seen)),
      });
      if (waitMs !== null) {
        const waiting = { caller, instanceId, until: 'deleted', withinMs: waitMs, signal } as const;
        view = await wait.execute(waiting);
      }
      return { status: 202, body: presentInstance(names, view) };
    },
  });
}
