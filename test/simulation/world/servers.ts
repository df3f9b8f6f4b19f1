import type { InstanceId, KeyCampaignId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type {
  AllocationView,
  Announcement,
  InstanceSpec,
  Node,
  KeyChanges,
} from '../../../src/ports/index.js';
import type { FaultPlan } from '../core/fault-plan.js';
import type { Simulation } from '../core/simulation.js';
import { Chance } from '../core/chance.js';
import type { Gateway } from './gateways.js';
import { Gateways } from './gateways.js';
import type { BootFlaw, Releases } from './releases.js';

interface Job {
  readonly instanceId: InstanceId;
  readonly flaw: BootFlaw | null;
  isStopped: boolean;
  gateway: Gateway | null;
}

const NODES = ['node-a', 'node-b', 'node-c'];

/** Nomad, Vault and what runs on the nodes: what is true out there, whatever anybody believes. */
export class Servers {
  readonly jobs = new Map<InstanceId, Job>();
  readonly announcements = new Map<InstanceId, Announcement>();
  readonly tokens = new Map<InstanceId, string[]>();
  /** Names of the fields in each version of an instance's keys; null once it is destroyed. */
  readonly keyVersions = new Map<InstanceId, readonly (ReadonlySet<string> | null)[]>();
  /** Versions of an instance's keys that somebody destroyed who is none of us. */
  readonly vandalised = new Map<InstanceId, Set<number>>();
  readonly campaignValues = new Map<KeyCampaignId, string>();
  readonly gateways: Gateways;
  readonly nodes = new Map<string, Node>();
  /** When the edge last went away, and until when it is. */
  edgeAway = { sinceMs: 0, untilMs: 0 };
  readonly #placing: Chance;
  #made = 0;

  constructor(
    private readonly sim: Simulation,
    faults: FaultPlan,
    private readonly releases: Releases,
  ) {
    this.#placing = new Chance(sim.seed, 'placing');
    this.gateways = new Gateways(sim, faults, {
      announcement: (id) => this.announcements.get(id) ?? null,
      token: (id, version) => this.tokens.get(id)?.[version - 1] ?? null,
    });
    for (const id of NODES) {
      this.nodes.set(id, { id, name: id, nodePool: 'default', isEligible: true });
    }
  }

  /** Nomad registers a job once; a second time changes nothing. */
  start({ instanceId, pool }: InstanceSpec): void {
    if (this.jobs.has(instanceId)) return;
    this.sim.note(`job ${instanceId} is registered`);
    const flaw = this.releases.flawOf(pool.openclawVersion);
    this.jobs.set(instanceId, { instanceId, flaw, isStopped: false, gateway: null });
    this.#place(instanceId);
  }

  stop(instanceId: InstanceId): 'stopping' | 'gone' {
    const job = this.jobs.get(instanceId);
    if (job === undefined) return 'gone';
    if (!job.isStopped) {
      job.isStopped = true;
      const { gateway } = job;
      this.sim.schedule(this.sim.latency(100, 4_000), null, () => {
        if (gateway !== null) this.gateways.end(gateway);
      });
    }
    if (job.gateway !== null && job.gateway.state !== 'ended') return 'stopping';
    this.jobs.delete(instanceId);
    this.sim.note(`job ${instanceId} is forgotten`);
    return 'gone';
  }

  /** The gateway ends in its own time and is started again where it is; an order of its own each. */
  restart(instanceId: InstanceId, allocationId: string): void {
    const gateway = this.jobs.get(instanceId)?.gateway ?? null;
    if (gateway?.allocationId === allocationId) this.gateways.restart(gateway);
  }

  allocations(instanceId: InstanceId): AllocationView[] {
    const job = this.jobs.get(instanceId);
    if (job === undefined || job.gateway === null) return [];
    const {
      allocationId: id,
      nodeId,
      placedAt,
      startedAt,
      state,
      restarts,
      exitCode,
      isRestarting,
    } = job.gateway;
    const isUp = state === 'booting' || state === 'started';
    const phase = state === 'ended' ? 'complete' : isUp ? 'running' : 'pending';
    const times = { placedAt, startedAt };
    const lastEvent = exitCode === null ? null : `exit code ${exitCode}`;
    return [
      {
        ...{ id, nodeId, ...times, phase, isWanted: !job.isStopped },
        ...{ isRestarting, restarts, exitCode, lastEvent },
      },
    ];
  }

  announce(instanceId: InstanceId, announcement: Announcement): 'announced' | 'already_newer' {
    const known = this.announcements.get(instanceId);
    if (known !== undefined && known.revision >= announcement.revision) return 'already_newer';
    this.announcements.set(instanceId, announcement);
    this.sim.note(`${instanceId} is announced revision ${announcement.revision}`);
    const gateway = this.jobs.get(instanceId)?.gateway ?? null;
    if (gateway !== null) this.gateways.changed(gateway);
    return 'announced';
  }

  /** Vault writes a version on the condition that it comes next. */
  ensureToken(instanceId: InstanceId, version: number): void {
    const versions = this.tokens.get(instanceId) ?? [];
    if (versions.length >= version) return;
    if (versions.length !== version - 1) {
      throw new Fault('vault_refused', 'Vault refused: check-and-set did not match.');
    }
    this.#made += 1;
    this.tokens.set(instanceId, [...versions, `token-${this.#made}-of-${instanceId}`]);
  }

  /** Merges into the newest version, as Vault does; values are of no interest here. */
  changeKeys(instanceId: InstanceId, changes: KeyChanges): number {
    const versions = this.keyVersions.get(instanceId) ?? [];
    if (versions.at(-1) === null) throw new Fault('keys_lost', 'The newest version is destroyed.');
    const fields = new Set(versions.at(-1));
    for (const [field, value] of Object.entries(changes)) {
      if (value === null) fields.delete(field);
      else fields.add(field);
    }
    this.keyVersions.set(instanceId, [...versions, fields]);
    return versions.length + 1;
  }

  /** A new version of these fields alone; null where there is one to merge into. */
  startOver(instanceId: InstanceId, fields: readonly string[]): number | null {
    const versions = this.keyVersions.get(instanceId) ?? [];
    if ((versions.at(-1) ?? null) !== null) return null;
    this.keyVersions.set(instanceId, [...versions, new Set(fields)]);
    return versions.length + 1;
  }

  destroyKeysBefore(instanceId: InstanceId, version: number): void {
    const versions = this.keyVersions.get(instanceId) ?? [];
    this.keyVersions.set(
      instanceId,
      versions.map((fields, at) => (at + 1 < version ? null : fields)),
    );
  }

  /** Somebody with more rights than we have destroys all that there is. */
  vandalise(instanceId: InstanceId): void {
    const versions = this.keyVersions.get(instanceId) ?? [];
    const known = this.vandalised.get(instanceId) ?? new Set<number>();
    versions.forEach((fields, at) => {
      if (fields !== null) known.add(at + 1);
    });
    this.vandalised.set(instanceId, known);
    this.destroyKeysBefore(instanceId, versions.length + 1);
    this.sim.note(`the keys of ${instanceId} are destroyed by somebody else`);
  }

  /** Fields in a version of an instance's keys; null for one that somebody else destroyed. */
  fieldsIn(instanceId: InstanceId, version: number): ReadonlySet<string> | null {
    if (this.vandalised.get(instanceId)?.has(version) === true) return null;
    return this.keyVersions.get(instanceId)?.[version - 1] ?? new Set();
  }

  shred(instanceId: InstanceId): void {
    this.tokens.delete(instanceId);
    this.keyVersions.delete(instanceId);
  }

  secretIds(): InstanceId[] {
    return [...new Set([...this.tokens.keys(), ...this.keyVersions.keys()])];
  }

  isEdgeAway(): boolean {
    return this.sim.nowMs() < this.edgeAway.untilMs;
  }

  /** The gateway of an instance, wherever it runs. */
  gatewayOf(instanceId: InstanceId): Gateway | null {
    return this.jobs.get(instanceId)?.gateway ?? null;
  }

  running(): Gateway[] {
    return [...this.jobs.values()].flatMap(({ gateway }) => (gateway === null ? [] : [gateway]));
  }

  #place(instanceId: InstanceId): void {
    this.sim.schedule(this.sim.latency(50, 900), null, () => {
      const job = this.jobs.get(instanceId);
      if (job === undefined || job.isStopped || job.gateway !== null) return;
      const open = [...this.nodes.values()].filter(({ isEligible }) => isEligible);
      const node = this.#placing.pick(open);
      if (node === undefined) {
        this.#place(instanceId);
        return;
      }
      this.#made += 1;
      const at = { allocationId: `alloc-${this.#made}`, nodeId: node.id };
      job.gateway = this.gateways.place(instanceId, at, job.flaw);
    });
  }
}
