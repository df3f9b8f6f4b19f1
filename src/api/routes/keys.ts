import type { AwaitInstance } from '../../commands/await-instance.js';
import type { ChangeKeys, KeyChangeRequest } from '../../commands/change-keys.js';
import type { CheckKeys } from '../../commands/check-keys.js';
import type { FindInstance } from '../../commands/find-instance.js';
import { parseInstanceId } from '../../domain/ids.js';
import { Fault } from '../../errors/index.js';
import type { Endpoint, EndpointAnswer, EndpointRequest } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import type { PublicNames } from '../present.js';
import { presentInstance, presentKey } from '../present.js';
import { KeysBody, VerifyQuery, valuesOf } from '../rotation-schemas.js';
import { InstancePath, InstanceShown, KeyBody, KeyList, KeyPath } from '../schemas.js';

/** What the operations on keys call. */
export interface KeyCommands {
  readonly change: Pick<ChangeKeys, 'execute'>;
  readonly check: Pick<CheckKeys, 'execute'>;
  readonly find: Pick<FindInstance, 'execute'>;
  readonly wait: Pick<AwaitInstance, 'execute'>;
}

/** The operations on an instance's keys; values come in and never go out. */
export function keyEndpoints(commands: KeyCommands, names: PublicNames): Endpoint[] {
  return [
    listKeys(commands),
    changeKeys(commands, names),
    setKey(commands, names),
    deleteKey(commands, names),
  ];
}

const CHANGE_ANSWERS = {
  200: { says: 'Changed, and the gateway was seen to use it.', schema: InstanceShown },
  202: { says: 'Changed; the gateway follows in about a second.', schema: InstanceShown },
};
const CHANGE_FAULTS = [
  'instance_unknown',
  'instance_not_ready',
  'keys_limit_reached',
  'write_superseded',
  'rotation_in_progress',
] as const;
const VALUE_FAULTS = [
  'provider_unknown',
  'provider_unreachable',
  'key_malformed',
  'key_refused',
] as const;

function listKeys({ find }: KeyCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/keys',
    operationId: 'listKeys',
    scope: 'keys:read',
    summary: 'List the names and versions of an instance’s keys',
    params: InstancePath,
    query: null,
    body: null,
    answers: { 200: { says: 'All keys.', schema: KeyList } },
    faults: ['instance_unknown'],
    async handle({ caller, params }) {
      const { keys } = await find.execute({ caller, instanceId: parseInstanceId(params.id) });
      return { status: 200, body: { items: keys.map(presentKey) } };
    },
  });
}

function changeKeys(commands: KeyCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/v1/instances/:id/keys',
    operationId: 'changeKeys',
    scope: 'keys:write',
    summary: 'Set and remove several keys in one step, all or nothing, without a restart',
    params: InstancePath,
    query: VerifyQuery,
    body: KeysBody,
    canWait: true,
    takesMatch: true,
    answers: CHANGE_ANSWERS,
    faults: [...CHANGE_FAULTS, ...VALUE_FAULTS, 'key_unknown'],
    handle: (request) => {
      const { set, remove, owner } = request.body;
      return change(commands, names, request, { set: valuesOf(set), remove, owner });
    },
  });
}

function setKey(commands: KeyCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'put',
    path: '/v1/instances/:id/keys/:name',
    operationId: 'setKey',
    scope: 'keys:write',
    summary: 'Set or replace a key, without a restart',
    params: KeyPath,
    query: VerifyQuery,
    body: KeyBody,
    canWait: true,
    takesMatch: true,
    answers: CHANGE_ANSWERS,
    faults: [...CHANGE_FAULTS, ...VALUE_FAULTS],
    handle: (request) => {
      const { name } = request.params;
      const { value, owner } = request.body;
      return change(commands, names, request, { set: { [name]: value }, remove: [], owner });
    },
  });
}

function deleteKey(commands: KeyCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/v1/instances/:id/keys/:name',
    operationId: 'deleteKey',
    scope: 'keys:write',
    summary: 'Remove a key, without a restart',
    params: KeyPath,
    query: null,
    body: null,
    canWait: true,
    takesMatch: true,
    answers: CHANGE_ANSWERS,
    faults: [...CHANGE_FAULTS, 'key_unknown'],
    handle: (request) =>
      change(commands, names, request, {
        ...{ set: {}, remove: [request.params.name], owner: 'tenant' },
      }),
  });
}

/** Changes keys and, if asked to, waits until the gateway runs with them. */
async function change(
  commands: KeyCommands,
  names: PublicNames,
  request: EndpointRequest<{ id: string }, { verify: 'true' | 'false' } | undefined, unknown>,
  changes: Pick<KeyChangeRequest, 'set' | 'remove' | 'owner'>,
): Promise<EndpointAnswer> {
  const { caller, params, query, match, waitMs, signal } = request;
  const instanceId = parseInstanceId(params.id);
  if (query?.verify === 'true') {
    await commands.check.execute(caller, instanceId, changes.set, signal);
  }
  const changed = await commands.change.execute({
    ...{ caller, instanceId, ...changes, signal },
    precondition: (view) => match.assert(presentInstance(names, view)),
  });
  const waiting = { caller, instanceId, until: 'keys_live', signal } as const;
  const view =
    waitMs === null ? changed : await commands.wait.execute({ ...waiting, withinMs: waitMs });
  if (view.instance.id !== changed.instance.id) throw keysLeftBehind();
  const { revision, revisionApplied } = view.instance;
  const status = revisionApplied >= revision ? 200 : 202;
  return { status, body: presentInstance(names, view) };
}

/** Nobody but the old instance can read its keys, so they do not move with their owner. */
function keysLeftBehind(): Fault {
  return new Fault(
    'write_superseded',
    'Meanwhile its owner was moved to another gateway, which has no keys yet: set them again.',
  );
}
