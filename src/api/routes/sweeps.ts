import type { FindSweep } from '../../commands/find-sweep.js';
import type { RequestSweep } from '../../commands/request-sweep.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentSweep } from '../present-sweep.js';
import { SweepBody, SweepPath, SweepShown } from '../sweep-schemas.js';

export interface SweepCommands {
  readonly request: Pick<RequestSweep, 'execute'>;
  readonly find: Pick<FindSweep, 'execute'>;
}

/** The operations on sweeps, for operators. */
export function sweepEndpoints(commands: SweepCommands): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/sweeps',
      operationId: 'requestSweep',
      scope: 'sweeps:write',
      summary: 'Ask for a sweep: compare everything that exists with the database',
      params: null,
      query: null,
      body: SweepBody,
      isIdempotent: true,
      answers: { 202: { says: 'A controller does it within seconds.', schema: SweepShown } },
      faults: ['idempotency_key_reused', 'sweep_unknown'],
      async handle({ caller, body: { isDryRun }, idempotencyKey }) {
        const sweep = await commands.request.execute({ caller, isDryRun, idempotencyKey });
        return { status: 202, body: presentSweep(sweep) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/sweeps/:id',
      operationId: 'showSweep',
      scope: 'sweeps:read',
      summary: 'Show what a sweep found and did',
      params: SweepPath,
      query: null,
      body: null,
      answers: { 200: { says: 'The sweep, with its report once it is done.', schema: SweepShown } },
      faults: ['sweep_unknown'],
      async handle({ caller, params: { id } }) {
        return { status: 200, body: presentSweep(await commands.find.execute({ caller, id })) };
      },
    }),
  ];
}
