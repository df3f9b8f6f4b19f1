import type { FindRotation } from '../../commands/find-rotation.js';
import type { RotateKeys } from '../../commands/rotate-keys.js';
import { parseInstanceId, parseRotationId } from '../../domain/ids.js';
import type { Rotation } from '../../domain/rotation.js';
import { CLOSED_ROTATION_STATES } from '../../domain/rotation.js';
import type { Endpoint, EndpointAnswer } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentRotation } from '../present-rotation.js';
import {
  RotationBody,
  RotationList,
  RotationPath,
  RotationShown,
  VerifyQuery,
  valuesOf,
} from '../rotation-schemas.js';
import { InstancePath } from '../schemas.js';

/** What the operations on rotations call. */
export interface RotationCommands {
  readonly rotate: Pick<RotateKeys, 'execute'>;
  readonly find: Pick<FindRotation, 'execute' | 'list' | 'untilClosed'>;
}

const ROTATION_ANSWERS = {
  200: { says: 'Over: verified, reverted or, rarely, unconfirmed.', schema: RotationShown },
  202: { says: 'Under way; it ends by itself in about two seconds.', schema: RotationShown },
};

/** The operations that exchange keys for new ones and prove them. */
export function rotationEndpoints(commands: RotationCommands): Endpoint[] {
  return [rotateKeys(commands), getRotation(commands), listRotations(commands)];
}

function rotateKeys({ rotate, find }: RotationCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/instances/:id/rotations',
    operationId: 'rotateKeys',
    scope: 'keys:write',
    summary: 'Exchange keys for new ones, proven by a live call, without a restart',
    params: InstancePath,
    query: VerifyQuery,
    body: RotationBody,
    isIdempotent: true,
    canWait: true,
    answers: ROTATION_ANSWERS,
    faults: [
      'idempotency_key_reused',
      'instance_unknown',
      'instance_not_ready',
      'rotation_in_progress',
      'rotation_unprovable',
      'keys_lost',
      'write_superseded',
      'provider_unknown',
      'provider_unreachable',
      'key_unknown',
      'key_malformed',
      'key_refused',
    ],
    async handle({ caller, params, query, body, idempotencyKey, waitMs, signal }) {
      const { owner } = body;
      const values = valuesOf(body.keys);
      const instanceId = parseInstanceId(params.id);
      const isVerified = query.verify === 'true';
      const wish = { instanceId, values, owner, isVerified };
      const begun = await rotate.execute({ caller, idempotencyKey, ...wish, signal });
      if (waitMs === null) return answerWith(begun);
      const which = { caller, instanceId: begun.instanceId, rotationId: begun.id };
      return answerWith(await find.untilClosed(which, { withinMs: waitMs, signal }));
    },
  });
}

function getRotation({ find }: RotationCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/rotations/:rotation',
    operationId: 'getRotation',
    scope: 'keys:read',
    summary: 'Show how a rotation stands',
    params: RotationPath,
    query: null,
    body: null,
    canWait: true,
    answers: ROTATION_ANSWERS,
    faults: ['instance_unknown', 'rotation_unknown'],
    async handle({ caller, params, waitMs, signal }) {
      const instanceId = parseInstanceId(params.id);
      const which = { caller, instanceId, rotationId: parseRotationId(params.rotation) };
      const rotation =
        waitMs === null
          ? await find.execute(which)
          : await find.untilClosed(which, { withinMs: waitMs, signal });
      return answerWith(rotation);
    },
  });
}

function listRotations({ find }: RotationCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/rotations',
    operationId: 'listRotations',
    scope: 'keys:read',
    summary: 'List the last rotations of an instance’s keys, newest first',
    params: InstancePath,
    query: null,
    body: null,
    answers: { 200: { says: 'At most fifty.', schema: RotationList } },
    faults: ['instance_unknown'],
    async handle({ caller, params }) {
      const rotations = await find.list(caller, parseInstanceId(params.id));
      return { status: 200, body: { items: rotations.map(presentRotation) } };
    },
  });
}

function answerWith(rotation: Rotation): EndpointAnswer {
  const status = CLOSED_ROTATION_STATES.includes(rotation.state) ? 200 : 202;
  return { status, body: presentRotation(rotation) };
}
