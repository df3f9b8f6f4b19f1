import type { AwaitInstance } from '../../commands/await-instance.js';
import type { ClaimInstance } from '../../commands/claim-instance.js';
import type { FindInstance } from '../../commands/find-instance.js';
import type { ListInstances } from '../../commands/list-instances.js';
import type { InstanceView } from '../../commands/instance-view.js';
import type { ReadAccess } from '../../commands/read-access.js';
import type { WatchInstance } from '../../commands/watch-instance.js';
import { hasSettled } from '../../commands/watch-instance.js';
import { parseInstanceId } from '../../domain/ids.js';
import type { Principal } from '../../domain/principal.js';
import { Fault } from '../../errors/index.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import type { ServerEvent } from '../event-stream.js';
import { eventOf } from '../event-stream.js';
import type { PublicNames } from '../present.js';
import { presentClaimed, presentInstance, urlOf } from '../present.js';
import { InvalidRequest } from '../problem.js';
import {
  AccessShown,
  ClaimBody,
  ClaimedShown,
  InstanceEvents,
  InstancePage,
  InstancePath,
  InstanceShown,
  ListQuery,
} from '../schemas.js';

/** What the operations on instances call; nothing but commands, and of those only `execute`. */
export interface InstanceCommands {
  readonly claim: Pick<ClaimInstance, 'execute'>;
  readonly find: Pick<FindInstance, 'execute'>;
  readonly list: Pick<ListInstances, 'execute'>;
  readonly access: Pick<ReadAccess, 'execute'>;
  readonly wait: Pick<AwaitInstance, 'execute'>;
  readonly watch: Pick<WatchInstance, 'execute'>;
}

/** The operations on instances. */
export function instanceEndpoints(commands: InstanceCommands, names: PublicNames): Endpoint[] {
  return [
    claimInstance(commands, names),
    listInstances(commands, names),
    getInstance(commands, names),
    watchInstance(commands, names),
    readAccess(commands, names),
  ];
}

const CLAIM_FAULTS = [
  'name_taken',
  'idempotency_key_reused',
  'tenant_suspended',
  'pool_empty',
  'size_class_unoffered',
] as const;

function claimInstance({ claim, wait }: InstanceCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/instances',
    operationId: 'claimInstance',
    scope: 'instances:write',
    summary: 'Claim a warm instance for a tenant',
    params: null,
    query: null,
    body: ClaimBody,
    isCreate: true,
    isIdempotent: true,
    canWait: true,
    answers: {
      201: { says: 'Claimed and ready.', schema: ClaimedShown },
      202: {
        says: 'Claimed; ready in about a second, or after a start if none was warm.',
        schema: ClaimedShown,
      },
    },
    faults: CLAIM_FAULTS,
    async handle({ caller, body, idempotencyKey, waitMs, signal }) {
      const { name, sizeClass, region = null } = body;
      const tenantRef = tenantOf(caller.principal, body.tenant);
      const wish = { caller, tenantRef, name, sizeClass, region, idempotencyKey };
      const { view: claimed, outcome } = await claim.execute(wish);
      const { id: instanceId } = claimed.instance;
      const waiting = { caller, instanceId, until: 'ready', signal } as const;
      const view = waitMs === null ? claimed : await wait.execute({ ...waiting, withinMs: waitMs });
      return {
        status: view.instance.state === 'ready' ? 201 : 202,
        body: presentClaimed(names, view, outcome),
        // Not the claimed one's: while we waited, its owner may have been moved to another.
        headers: { location: `/v1/instances/${view.instance.id}` },
      };
    },
  });
}

function listInstances({ list }: InstanceCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances',
    operationId: 'listInstances',
    scope: 'instances:read',
    summary: 'List instances, a page at a time',
    params: null,
    query: ListQuery,
    body: null,
    answers: { 200: { says: 'One page.', schema: InstancePage } },
    async handle({ caller, query }) {
      const { state, tenant, limit, cursor = null } = query;
      const filter = {
        ...(state === undefined ? {} : { states: [state] }),
        ...(tenant === undefined ? {} : { tenantRef: tenant }),
      };
      const { rows, nextCursor } = await list.execute({ caller, filter, page: { limit, cursor } });
      const items = rows.map((view) => presentInstance(names, view));
      return { status: 200, body: { items, nextCursor } };
    },
  });
}

function getInstance({ find }: InstanceCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id',
    operationId: 'getInstance',
    scope: 'instances:read',
    summary: 'Show one instance',
    params: InstancePath,
    query: null,
    body: null,
    isTagged: true,
    answers: { 200: { says: 'The instance.', schema: InstanceShown } },
    faults: ['instance_unknown'],
    async handle({ caller, params }) {
      const view = await find.execute({ caller, instanceId: parseInstanceId(params.id) });
      return { status: 200, body: presentInstance(names, view) };
    },
  });
}

function watchInstance({ watch }: InstanceCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/events',
    operationId: 'watchInstance',
    scope: 'instances:read',
    summary: 'Follow an instance until it is ready, failed or deleted',
    params: InstancePath,
    query: null,
    body: null,
    isStream: true,
    answers: {
      200: { says: 'Events, the first with the instance as it is.', schema: InstanceEvents },
      204: { says: 'Last-Event-ID names the last event that there will be.', schema: null },
    },
    faults: ['instance_unknown', 'streams_limit_reached'],
    async handle({ caller, params, lastEventId, signal }) {
      const instanceId = parseInstanceId(params.id);
      const views = watch.execute({ caller, instanceId, signal });
      const first = await views.next();
      const event = first.done === true ? null : eventOfView(names, first.value);
      if (first.done === true || (hasSettled(first.value) && event?.id === lastEventId)) {
        await views.return();
        return { status: 204, body: null };
      }
      return { status: 200, body: null, events: eventsOf(names, first.value, views, lastEventId) };
    },
  });
}

/** An event for each view that shows something else than the one before, `seen` to begin with. */
async function* eventsOf(
  names: PublicNames,
  first: InstanceView,
  rest: AsyncIterable<InstanceView>,
  seen: string | null,
): AsyncGenerator<ServerEvent, void> {
  let last = seen;
  const next = eventOfView(names, first);
  if (next.id !== last) yield next;
  last = next.id;
  for await (const view of rest) {
    const event = eventOfView(names, view);
    if (event.id !== last) yield event;
    last = event.id;
  }
}

function eventOfView(names: PublicNames, view: InstanceView): ServerEvent {
  return eventOf('instance', presentInstance(names, view));
}

function readAccess({ access }: InstanceCommands, names: PublicNames): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/access',
    operationId: 'readAccess',
    scope: 'access:read',
    summary: 'Read the gateway’s URL and token; every reading is audited',
    params: InstancePath,
    query: null,
    body: null,
    answers: { 200: { says: 'What opens the gateway.', schema: AccessShown } },
    faults: ['instance_unknown', 'instance_not_ready'],
    async handle({ caller, params, signal }) {
      const instanceId = parseInstanceId(params.id);
      const { token } = await access.execute({ caller, instanceId, signal });
      return { status: 200, body: { url: urlOf(names, instanceId), token } };
    },
  });
}

/** The tenant that a claim is for: a tenant's own, or the one that a product names. */
function tenantOf(principal: Principal, named: string | undefined): string {
  if (principal.role === 'tenant' && principal.tenantRef !== null) {
    if (named === undefined || named === principal.tenantRef) return principal.tenantRef;
    throw new Fault('forbidden', 'This token may claim for its own tenant only.');
  }
  if (named !== undefined) return named;
  throw new InvalidRequest([{ pointer: '/tenant', detail: 'Name the tenant to claim for.' }]);
}
