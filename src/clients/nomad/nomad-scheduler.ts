import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import type { SeenJob } from '../../domain/sweep/inventory.js';
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
import { listAll } from './list-all.js';
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
  /** What our jobs say of who registered them, so that two installations can share one Nomad. */
  readonly installation: string;
  /** Told each time that Nomad says this token may not signal a task, see `#kill`. */
  readonly onSignalForbidden?: () => void;
}

/** What every job of ours carries in its meta, so that nothing else is ever stopped. */
const MARK = 'clawdeploy_managed';
/** Added to what the jobspec says, so that no jobspec can forget it. */
const INSTALLATION = 'clawdeploy_installation';
const PREFIX = 'oc-';

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
      body: { Job: this.#signed(job), EnforceIndex: true, JobModifyIndex: 0 },
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
   * Stops the job, ends its task at once, and forgets the job when nothing of it runs: Nomad forgets
   * a job's allocations with the job, and then nobody could say whether its task has ended.
   */
  async stopInstance(instanceId: InstanceId, signal: AbortSignal): Promise<'stopping' | 'gone'> {
    const job = await this.#ours(instanceId, signal);
    if (job === null) return 'gone';
    if (!job.Stop) await this.#deregister(instanceId, { isForgotten: false }, signal);

    const allocations = await this.listAllocations(instanceId, signal);
    const running = allocations.filter(({ phase }) => phase === 'pending' || phase === 'running');
    if (running.length > 0) {
      await Promise.all(running.map(({ id }) => this.#kill(id, signal)));
      return 'stopping';
    }
    await this.#deregister(instanceId, { isForgotten: true }, signal);
    return 'gone';
  }

  async restartInstance(
    instanceId: InstanceId,
    allocationId: string,
    signal: AbortSignal,
  ): Promise<void> {
    if ((await this.#ours(instanceId, signal)) === null) return;
    const path = `/client/allocation/${allocationId}/restart`;
    await this.#http.send({ method: 'PUT', path, body: {}, signal }, Anything);
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

  async listJobs(signal: AbortSignal): Promise<readonly SeenJob[]> {
    const query = { prefix: PREFIX, meta: true };
    const jobs = await listAll(this.#http, { path: '/jobs', query, signal }, JobList);
    return jobs.flatMap(({ ID, Meta, Stop }): readonly SeenJob[] => {
      if (!isInstanceId(ID)) return [];
      const installation = Meta?.[INSTALLATION] ?? null;
      return [{ instanceId: ID, isManaged: isMarked({ Meta }), installation, isStopped: Stop }];
    });
  }

  #signed(job: ParsedJob): ParsedJob {
    return { ...job, Meta: { ...job.Meta, [INSTALLATION]: this.options.installation } };
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

  /**
   * Ends the allocation's task without waiting for the turns that it serves, which the jobspec's
   * kill_timeout allows for: what is stopped here is destroyed, and whoever is connected has to be
   * cut off. The job is told to stop before, so Nomad starts nothing in its place.
   */
  async #kill(allocationId: string, signal: AbortSignal): Promise<void> {
    const path = `/client/allocation/${allocationId}/signal`;
    const request: HttpRequest = { method: 'PUT', path, body: { Signal: 'SIGKILL' }, signal };
    // A task that has not begun, or has ended meanwhile, is refused the signal and needs none; any
    // other trouble is met by the next look, which signals again. A missing right is met by nobody
    // but an operator: until then such a task ends as slowly as its kill_timeout allows.
    const { status } = await this.#http.exchange(request);
    if (status === 403) this.options.onSignalForbidden?.();
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
