import type { InstanceId } from '../../../src/domain/ids.js';
import type { Announcement, CatalogEntry, TokenVerdict } from '../../../src/ports/index.js';
import type { FaultPlan } from '../core/fault-plan.js';
import type { Simulation } from '../core/simulation.js';
import type { BootFlaw } from './releases.js';

/** Secrets and announcements: what a gateway reads. */
export interface Readable {
  announcement(id: InstanceId): Announcement | null;
  token(id: InstanceId, version: number): string | null;
}

/** What a gateway has been told to run with. */
interface Live {
  readonly revision: number;
  readonly token: string;
  readonly keyVersion: number;
  /** Names of the fields of its keys that it was told to use. */
  readonly fields: readonly string[];
}

/** A task with an OpenClaw gateway in it, on one node, at one address. */
export interface Gateway {
  readonly instanceId: InstanceId;
  readonly allocationId: string;
  readonly nodeId: string;
  readonly address: string;
  readonly placedAt: Date;
  /** What is wrong with each of its starts, as with all of its version. */
  readonly flaw: BootFlaw | null;
  startedAt: Date | null;
  state: 'waiting' | 'booting' | 'started' | 'down' | 'ended';
  restarts: number;
  /** It was told to end, and has not begun anew. */
  isRestarting: boolean;
  exitCode: number | null;
  /** Until when it answers nobody although it runs. */
  hungUntilMs: number;
  /** Grows with each life of its process, so that what belongs to an earlier one is dropped. */
  life: number;
  live: Live | null;
  wrongTokens: number[];
  lockedUntilMs: number;
  hasWarmedUp: boolean;
}

const WRONG_TOKENS_MAX = 10;
const LOCKED_FOR_MS = 300_000;
const TEMPLATE_LOOK_MS = 300;
const RESTART_DELAY_MS = 2_000;
const CHECKS_LIMIT_MS = 240_000;

/**
 * OpenClaw gateways with the habits that matter: they wait for announcement and token, take virtual
 * seconds to boot, refuse to start when their configuration changes meanwhile, take a later
 * announcement without a restart, and come back from one bound to what is announced.
 */
export class Gateways {
  readonly #byAddress = new Map<string, Gateway>();
  /** The highest revision that each instance's gateway ever ran with. */
  readonly appliedMax = new Map<InstanceId, number>();
  /** How often each instance's gateway was told to restart. */
  readonly restartsObeyed = new Map<InstanceId, number>();
  /** Tokens that each instance's gateway ever took. */
  readonly tokensTaken = new Map<InstanceId, Set<string>>();
  readonly #listed = new Map<InstanceId, { atMs: number; entry: CatalogEntry | null }[]>();
  catalogIndex = 1;
  readonly #awaitingCatalog: (() => void)[] = [];
  #ports = 20_000;
  readonly #freePorts: string[] = [];

  constructor(
    private readonly sim: Simulation,
    private readonly faults: FaultPlan,
    private readonly readable: Readable,
  ) {}

  place(
    instanceId: InstanceId,
    { allocationId, nodeId }: Pick<Gateway, 'allocationId' | 'nodeId'>,
    flaw: BootFlaw | null,
  ): Gateway {
    const gateway: Gateway = {
      ...{ instanceId, allocationId, nodeId, address: this.#takePort(nodeId), flaw },
      ...{ placedAt: this.sim.now(), startedAt: null, state: 'waiting' },
      ...{ restarts: 0, isRestarting: false, exitCode: null },
      ...{ hungUntilMs: 0, life: 0, live: null, wrongTokens: [], lockedUntilMs: 0 },
      hasWarmedUp: false,
    };
    this.#byAddress.set(gateway.address, gateway);
    this.#list(gateway, true);
    this.#boot(gateway);
    return gateway;
  }

  /** The gateway that answers at `address` now, whoever's it is. */
  answering(address: string): Gateway | null {
    const gateway = this.#byAddress.get(address);
    if (gateway === undefined || gateway.hungUntilMs > this.sim.nowMs()) return null;
    return gateway.state === 'started' || gateway.state === 'booting' ? gateway : null;
  }

  /** How the gateway there meets the token. */
  judge(address: string, token: string): TokenVerdict {
    const gateway = this.answering(address);
    if (gateway === null || gateway.state !== 'started') return 'unreachable';
    const nowMs = this.sim.nowMs();
    if (gateway.lockedUntilMs > nowMs) return 'locked_out';
    if (gateway.live?.token === token) return 'accepted';
    gateway.wrongTokens = [...gateway.wrongTokens.filter((ms) => nowMs - ms < 60_000), nowMs];
    if (gateway.wrongTokens.length >= WRONG_TOKENS_MAX) {
      gateway.lockedUntilMs = nowMs + LOCKED_FOR_MS;
    }
    return 'refused';
  }

  /** The process ends; Nomad starts it again where it is. */
  die(gateway: Gateway, exitCode: number, why: string): void {
    if (gateway.state === 'ended') return;
    this.sim.note(`gateway ${gateway.instanceId} ends: ${why}`);
    Object.assign(gateway, { state: 'down', exitCode, live: null, lockedUntilMs: 0 });
    gateway.life += 1;
    gateway.restarts += 1;
    const { life } = gateway;
    this.#list(gateway, true);
    const delayMs = gateway.restarts > 3 ? 60_000 : RESTART_DELAY_MS;
    this.sim.schedule(delayMs, null, () => {
      if (gateway.life === life && gateway.state === 'down') this.#boot(gateway);
    });
  }

  /** Nomad has it end and start again; what it serves may end first. */
  restart(gateway: Gateway): void {
    if (gateway.state !== 'booting' && gateway.state !== 'started') return;
    const { instanceId, life } = gateway;
    this.restartsObeyed.set(instanceId, (this.restartsObeyed.get(instanceId) ?? 0) + 1);
    this.sim.note(`gateway ${instanceId} is to restart`);
    gateway.isRestarting = true;
    this.sim.schedule(this.sim.latency(100, 4_000), null, () => {
      if (gateway.life === life) this.die(gateway, 0, 'a restart was asked for');
    });
  }

  /** The task is over for good, and its port is free for others. */
  end(gateway: Gateway): void {
    if (gateway.state === 'ended') return;
    gateway.state = 'ended';
    gateway.life += 1;
    gateway.live = null;
    this.#byAddress.delete(gateway.address);
    if (this.faults.troubles.has('ports used again')) this.#freePorts.push(gateway.address);
    this.#list(gateway, false);
  }

  /** What the catalog says now, or, when it is behind, said a little ago. */
  listed(instanceId: InstanceId): CatalogEntry | null {
    const isStale = this.faults.strikes('stale catalog', 0.15);
    const behindMs = isStale ? this.faults.chanceOf('stale catalog').between(100, 5_000) : 0;
    const history = this.#listed.get(instanceId) ?? [];
    const known = history.filter(({ atMs }) => atMs <= this.sim.nowMs() - behindMs);
    return known.at(-1)?.entry ?? null;
  }

  allListed(): CatalogEntry[] {
    return [...this.#listed.values()].flatMap((history) => {
      const entry = history.at(-1)?.entry ?? null;
      return entry === null ? [] : [entry];
    });
  }

  /** Has `wake` called once at the next change of what is listed. */
  onNextCatalog(wake: () => void): void {
    this.#awaitingCatalog.push(wake);
  }

  /** Something that it reads has changed. */
  changed(gateway: Gateway): void {
    if (gateway.state === 'booting') {
      const { life } = gateway;
      this.sim.schedule(this.sim.latency(50, 400), null, () => {
        if (gateway.life === life && gateway.state === 'booting') {
          this.die(gateway, 1, 'its configuration changed while it started');
        }
      });
    }
    if (gateway.state === 'started') this.#applyLater(gateway);
  }

  #applyLater(gateway: Gateway): void {
    const isSlow = this.faults.strikes('slow calls', 0.05);
    const { life } = gateway;
    this.sim.schedule(this.sim.latency(100, isSlow ? 9_000 : 1_200), null, () => {
      if (gateway.life !== life || gateway.state !== 'started') return;
      const wanted = this.#wanted(gateway);
      if (wanted === 'nothing new') return;
      if (wanted === 'not readable') this.#applyLater(gateway);
      else this.#take(gateway, wanted);
    });
  }

  #wanted({ instanceId, live }: Gateway): Live | 'nothing new' | 'not readable' {
    const announced = this.readable.announcement(instanceId);
    if (announced === null) return 'nothing new';
    const { revision, gatewayVersion, keyVersion, config } = announced;
    if (live !== null && revision <= live.revision) return 'nothing new';
    const token = this.readable.token(instanceId, gatewayVersion);
    if (token === null) return 'not readable';
    return { revision, token, keyVersion, fields: JSON.parse(config) as string[] };
  }

  #take(gateway: Gateway, live: Live): void {
    gateway.live = live;
    const { instanceId } = gateway;
    this.appliedMax.set(instanceId, Math.max(live.revision, this.appliedMax.get(instanceId) ?? 0));
    const taken = this.tokensTaken.get(instanceId) ?? new Set<string>();
    this.tokensTaken.set(instanceId, taken.add(live.token));
    this.sim.note(`gateway ${instanceId} runs with revision ${live.revision}`);
  }

  /** Its templates block until announcement and token are there; then it starts with those. */
  #boot(gateway: Gateway): void {
    gateway.state = 'waiting';
    const { life } = gateway;
    const isMine = (): boolean => gateway.life === life && gateway.state !== 'ended';
    const look = (): void => {
      if (!isMine()) return;
      const wanted = this.#wanted(gateway);
      if (wanted === 'nothing new' || wanted === 'not readable') {
        this.sim.schedule(TEMPLATE_LOOK_MS, null, look);
        return;
      }
      gateway.state = 'booting';
      gateway.isRestarting = false;
      gateway.startedAt = this.sim.now();
      const { flaw } = gateway;
      const fails = this.faults.strikes('boots that fail', 0.1) || flaw === 'crashes';
      const hangs = this.faults.strikes('boots that fail', 0.04) || flaw === 'hangs';
      const boot = this.sim.latency(
        6_000,
        this.faults.strikes('slow calls', 0.1) ? 70_000 : 16_000,
      );
      this.sim.schedule(boot, null, () => {
        if (!isMine()) return;
        if (flaw === 'refuses its configuration') {
          this.die(gateway, 78, 'it refused its configuration');
          return;
        }
        if (hangs) {
          this.#endByChecks(gateway, life);
          return;
        }
        if (fails) {
          this.die(gateway, 1, 'it failed to start');
          return;
        }
        gateway.state = 'started';
        this.#take(gateway, wanted);
        this.#list(gateway, true);
        this.changed(gateway);
      });
    };
    look();
  }

  /** Nomad restarts what never passes its checks, after its grace (check_restart in the jobspec). */
  #endByChecks(gateway: Gateway, life: number): void {
    this.sim.schedule(CHECKS_LIMIT_MS, null, () => {
      if (gateway.life === life) this.die(gateway, 137, 'its checks never passed');
    });
  }

  #list(gateway: Gateway, isThere: boolean): void {
    const { instanceId, allocationId, nodeId: nodeName, address, life } = gateway;
    this.sim.schedule(this.sim.latency(100, 1_800), null, () => {
      if (isThere && (gateway.state === 'ended' || gateway.life !== life)) return;
      const isPassing = gateway.state === 'started';
      const entry = { instanceId, allocationId, nodeName, address, isPassing };
      const history = this.#listed.get(instanceId) ?? [];
      history.push({ atMs: this.sim.nowMs(), entry: isThere ? entry : null });
      this.#listed.set(instanceId, history.slice(-12));
      this.catalogIndex += 1;
      for (const wake of this.#awaitingCatalog.splice(0)) wake();
    });
  }

  #takePort(nodeId: string): string {
    const [known] = this.#freePorts;
    if (known !== undefined && this.faults.chanceOf('ports used again').isTrue(0.8)) {
      this.#freePorts.shift();
      return known;
    }
    this.#ports += 1;
    return `${nodeId}:${this.#ports}`;
  }
}
