import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import { Fault, assertInvariant } from '../../errors/index.js';
import type {
  AllocationView,
  InstanceSpec,
  PlacementTrouble,
  Scheduler,
} from '../../ports/index.js';
import type { HttpRequest } from '../http/http-transport.js';
import type { JsonClient } from '../http/json-client.js';
import { refusal } from '../http/outside-faults.js';
import type { HclVariables } from './hcl-variables.js';
import { renderHclVariables } from './hcl-variables.js';
import { sentenceOf, viewsOf } from './mapper.js';
import type { ParsedJob, RegisteredJob } from './wire.js';
import {
  AllocationList,
  Anything,
  EvaluationList,
  JobList,
  ParsedJob as ParsedJobSchema,
  RegisteredJob as RegisteredJobSchema,
} from './wire.js';

export interface NomadSchedulerOptions {
  /** Speaks to `<address>/v1` with a token of the policy nomad/acl/clawdeploy-controller. */
  readonly http: JsonClient;
  /** Text of jobs/instance/openclaw.nomad.hcl. */
  readonly jobspec: string;
  /** Values for the jobspec's variables. */
  readonly variablesOf: (spec: InstanceSpec) => HclVariables;
}

/** What every job of ours carries in its meta, so that nothing else is ever stopped. */
const MARK = 'clawdeploy_managed';
const PREFIX = 'oc-';
/** Jobs per page; a page of stubs is well below the limit on answers. */
const PAGE = 500;
/** Pages per listing: 100,000 jobs, above which a listing is a mistake. */
const PAGES_MAX = 200;

/**
 * Instances as Nomad jobs, one each, rendered by Nomad itself from the jobspec in jobs/instance.
 *
 * Each start is parsed anew: a parse takes Nomad 3 ms, and its result cannot be shared, because the
 * instance's id is a part of it in places that only the parser knows.
 */
export class NomadScheduler implements Scheduler {
  readonly #http: JsonClient;

  constructor(private readonly options: NomadSchedulerOptions) {
    this.#http = options.http;
  }

  /**
   * Registers the job only if there is none of that id, so that a start that comes late, or again
   * with a newer jobspec, cannot change a running instance.
   */
  async startInstance(spec: InstanceSpec, signal: AbortSignal): Promise<void> {
    const job = await this.#parse(spec, signal);
    const request: HttpRequest = {
      method: 'PUT',
      path: '/jobs',
      body: { Job: job, EnforceIndex: true, JobModifyIndex: 0 },
      signal,
    };
    try {
      await this.#http.send(request, Anything);
    } catch (error) {
      // Nomad answers "exists already" like any failure, so look instead of reading its text.
      if (!(error instanceof Fault) || (await this.#ours(spec.instanceId, signal)) === null) {
        throw error;
      }
    }
  }

  /**
   * Stops the job, and forgets it once nothing of it runs: Nomad forgets a job's allocations with
   * the job, and then nobody could say whether its task has ended.
   */
  async stopInstance(instanceId: InstanceId, signal: AbortSignal): Promise<'stopping' | 'gone'> {
    const job = await this.#ours(instanceId, signal);
    if (job === null) return 'gone';
    if (!job.Stop) await this.#deregister(instanceId, { isForgotten: false }, signal);

    const allocations = await this.listAllocations(instanceId, signal);
    if (allocations.some(({ phase }) => phase === 'pending' || phase === 'running')) {
      return 'stopping';
    }
    await this.#deregister(instanceId, { isForgotten: true }, signal);
    return 'gone';
  }

  async listAllocations(
    instanceId: InstanceId,
    signal: AbortSignal,
  ): Promise<readonly AllocationView[]> {
    const request = { method: 'GET', path: `/job/${instanceId}/allocations`, signal } as const;
    return viewsOf((await this.#http.find(request, AllocationList)) ?? []);
  }

  async explainPlacement(instanceId: InstanceId, signal: AbortSignal): Promise<PlacementTrouble> {
    const request = { method: 'GET', path: `/job/${instanceId}/evaluations`, signal } as const;
    const evaluations = (await this.#http.find(request, EvaluationList)) ?? [];
    const [latest] = [...evaluations].sort((a, b) => b.CreateIndex - a.CreateIndex);
    const [metric] = Object.values(latest?.FailedTGAllocs ?? {});
    return metric === undefined ? null : sentenceOf(metric);
  }

  async listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]> {
    const ids: InstanceId[] = [];
    let next: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { prefix: PREFIX, meta: true, per_page: PAGE, next_token: next };
      const request: HttpRequest = { method: 'GET', path: '/jobs', query, signal };
      const reply = await this.#http.exchange(request);
      for (const job of this.#http.read(request, reply, JobList)) {
        if (isInstanceId(job.ID) && isMarked(job)) ids.push(job.ID);
      }
      next = reply.headers['x-nomad-nexttoken'];
      if (next === undefined || next === '') return ids;
    }
    throw refusal('nomad', 'Nomad holds more jobs than one listing may have.', {
      jobs: ids.length,
    });
  }

  async #parse(spec: InstanceSpec, signal: AbortSignal): Promise<ParsedJob> {
    const body = {
      JobHCL: this.options.jobspec,
      Variables: renderHclVariables(this.options.variablesOf(spec)),
      Canonicalize: true,
    };
    const request: HttpRequest = { method: 'POST', path: '/jobs/parse', body, signal };
    const job = await this.#http.send(request, ParsedJobSchema);
    // Without id and mark we could never stop what we start here.
    assertInvariant(job.ID === spec.instanceId && isMarked(job), 'internal', { jobId: job.ID });
    return job;
  }

  /** The instance's job if it is ours, null if there is none; refuses a stranger of that name. */
  async #ours(instanceId: InstanceId, signal: AbortSignal): Promise<RegisteredJob | null> {
    const request = { method: 'GET', path: `/job/${instanceId}`, signal } as const;
    const job = await this.#http.find(request, RegisteredJobSchema);
    if (job === null || isMarked(job)) return job;
    throw refusal('nomad', `The job ${instanceId} is not ours: it lacks the mark ${MARK}.`, {
      instanceId,
    });
  }

  async #deregister(
    instanceId: InstanceId,
    { isForgotten }: { readonly isForgotten: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const query = { purge: isForgotten };
    const request = { method: 'DELETE', path: `/job/${instanceId}`, query, signal } as const;
    await this.#http.find(request, Anything);
  }
}

function isMarked({ Meta }: Pick<RegisteredJob, 'Meta'>): boolean {
  return Meta?.[MARK] === 'true';
}
