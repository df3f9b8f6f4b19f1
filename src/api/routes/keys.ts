import type { AwaitInstance } from '../../commands/await-instance.js';
import type { ChangeKeys } from '../../commands/change-keys.js';
import type { FindInstance } from '../../commands/find-instance.js';
import type { InstanceView } from '../../commands/instance-view.js';
import { parseInstanceId } from '../../domain/ids.js';
import type { Endpoint, EndpointAnswer, EndpointRequest } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import type { PublicNames } from '../present.js';
import { presentInstance, presentKey } from '../present.js';
import { InstancePath, InstanceShown, KeyBody, KeyList, KeyPath } from '../schemas.js';

export interface KeyCommands {
  readonly change: ChangeKeys;
  readonly find: FindInstance;
  readonly wait: AwaitInstance;
}

type KeyRequest = EndpointRequest<{ id: string; name: string }, undefined, unknown>;

/** The operations on an instance's keys; values come in and never go out. */
export function keyEndpoints(commands: KeyCommands, names: PublicNames): Endpoint[] {
  const answers = {
    200: { says: 'Changed, and the gateway was seen to use it.', schema: InstanceShown },
    202: { says: 'Changed; the gateway follows in about a second.', schema: InstanceShown },
  };
  const faults = ['instance_unknown', 'instance_not_ready', 'keys_limit_reached'] as const;

  async function change(
    request: KeyRequest,
    changes: { set: Record<string, string>; remove: string[] },
  ): Promise<EndpointAnswer> {
    const { caller, params, waitMs, signal } = request;
    const instanceId = parseInstanceId(params.id);
    let view: InstanceView = await commands.change.execute({
      caller,
      instanceId,
      ...changes,
      signal,
    });
    if (waitMs !== null) {
      const waiting = { caller, instanceId, until: 'keys_live', withinMs: waitMs } as const;
      view = await commands.wait.execute({ ...waiting, signal });
    }
    const { revision, revisionApplied } = view.instance;
    const status = revisionApplied >= revision ? 200 : 202;
    return { status, body: presentInstance(names, view) };
  }

  return [
    endpoint({
      method: 'get',
      path: '/v1/instances/:id/keys',
      operationId: 'listKeys',
      summary: 'List the names and versions of an instance’s keys',
      params: InstancePath,
      query: null,
      body: null,
      answers: { 200: { says: 'All keys.', schema: KeyList } },
      faults: ['instance_unknown'],
      async handle({ caller, params }) {
        const instanceId = parseInstanceId(params.id);
        const { keys } = await commands.find.execute({ caller, instanceId });
        return { status: 200, body: { items: keys.map(presentKey) } };
      },
    }),
    endpoint({
      method: 'put',
      path: '/v1/instances/:id/keys/:name',
      operationId: 'setKey',
      summary: 'Set or replace a key, without a restart',
      params: KeyPath,
      query: null,
      body: KeyBody,
      canWait: true,
      answers,
      faults: [...faults, 'provider_unknown', 'key_malformed'],
      handle: (request) => {
        const { params, body } = request;
        return change(request, { set: { [params.name]: body.value }, remove: [] });
      },
    }),
    endpoint({
      method: 'delete',
      path: '/v1/instances/:id/keys/:name',
      operationId: 'deleteKey',
      summary: 'Remove a key, without a restart',
      params: KeyPath,
      query: null,
      body: null,
      canWait: true,
      answers,
      faults: [...faults, 'key_unknown'],
      handle: (request) => change(request, { set: {}, remove: [request.params.name] }),
    }),
  ];
}
