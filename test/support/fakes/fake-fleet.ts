import { z } from 'zod';
import type { InstanceId } from '../../../src/domain/ids.js';
import type {
  AllocationView,
  Announcement,
  ModelVerdict,
  PlacementTrouble,
} from '../../../src/ports/index.js';
import { FakeAnnouncements } from './fake-announcements.js';
import { FakeCatalog } from './fake-catalog.js';
import type { GatewayState } from './fake-gateway.js';
import { FakeEdgeProbe, FakeGateway } from './fake-gateway.js';
import { FakeScheduler } from './fake-scheduler.js';
import { FakeSecrets } from './fake-secrets.js';

const NOTHING: GatewayState = { startup: 'unreachable', token: null, revision: null };
const FIRST_PORT = 20_000;

/** Text in a configuration that no gateway takes, whatever its schema says. */
export const REFUSED_CONFIG = 'refused-by-the-gateway';

/** Of a rendered configuration, where it finds the keys. */
const Rendered = z.object({
  models: z
    .object({ providers: z.record(z.string(), z.object({ apiKey: z.object({ id: z.string() }) })) })
    .default({ providers: {} }),
});

export interface FakeFleetOptions {
  /** Whether the edge routes the instance's name; all names by default. */
  readonly isRouted?: (instanceId: InstanceId) => boolean;
  /** Why the instance finds no place; null, the default, places it at once. */
  readonly troubleOf?: (instanceId: InstanceId) => PlacementTrouble;
  /** Whether the provider refuses the key to this instance; keys that say so by default. */
  readonly isKeyRefused?: (instanceId: InstanceId, key: string) => boolean;
}

/**
 * All fakes tied together as the real things are: a started job is listed in the catalog and
 * listens at an address of its own; its gateway takes the token that the announcement names, at the
 * version it names, out of the secrets.
 */
export class FakeFleet {
  readonly scheduler: FakeScheduler;
  readonly announcements = new FakeAnnouncements();
  readonly secrets = new FakeSecrets();
  readonly catalog = new FakeCatalog();
  readonly gateway = new FakeGateway();
  readonly edge: FakeEdgeProbe;
  readonly #isKeyRefused: (instanceId: InstanceId, key: string) => boolean;
  readonly #addresses = new Map<string, string>();
  readonly #starting = new Set<InstanceId>();
  readonly #cutOff = new Set<InstanceId>();
  readonly #frozen = new Map<InstanceId, GatewayState>();
  readonly #taken = new Map<InstanceId, Announcement>();
  readonly #files = new Map<InstanceId, Readonly<Record<string, string>> | null>();

  constructor(options: FakeFleetOptions = {}) {
    const { isRouted = () => true, troubleOf = () => null } = options;
    this.#isKeyRefused = options.isKeyRefused ?? ((_id, key) => key.startsWith('refused-'));
    this.scheduler = new FakeScheduler({
      troubleOf: ({ instanceId }) => troubleOf(instanceId),
      onChange: (instanceId, allocation) => this.#follow(instanceId, allocation),
    });
    this.edge = new FakeEdgeProbe(this.gateway, (instanceId) =>
      isRouted(instanceId) ? this.addressOf(instanceId) : null,
    );
  }

  /** Where the instance listens now, or null while it does not run. */
  addressOf(instanceId: InstanceId): string | null {
    const allocation = this.scheduler.runningAllocation(instanceId);
    return allocation === null ? null : this.#addressFor(allocation.id);
  }

  /** The gateway is up and still starting, until `finishStart`. */
  holdStart(instanceId: InstanceId): void {
    this.#starting.add(instanceId);
  }

  finishStart(instanceId: InstanceId): void {
    this.#starting.delete(instanceId);
  }

  /** The gateway stays as it is, whatever is announced, until `reload`. */
  holdReloads(instanceId: InstanceId): void {
    this.#frozen.set(instanceId, this.#stateOf(instanceId));
  }

  reload(instanceId: InstanceId): void {
    this.#frozen.delete(instanceId);
    this.#files.delete(instanceId);
  }

  /** The gateway runs and answers nobody, until `letThrough`. */
  cutOff(instanceId: InstanceId): void {
    this.#cutOff.add(instanceId);
  }

  letThrough(instanceId: InstanceId): void {
    this.#cutOff.delete(instanceId);
  }

  /** What the gateway has in its file now stays there, also when Vault loses it, until `reload`. */
  keepFile(instanceId: InstanceId): void {
    const announced = this.announcements.published(instanceId);
    this.#files.set(instanceId, this.secrets.keys(instanceId, announced?.keyVersion ?? 0));
  }

  /** The key that the gateway calls the provider with, as announced; null when it finds none. */
  keyInUse(instanceId: InstanceId, provider: string): string | null {
    const announced = this.announcements.published(instanceId);
    const { models } = Rendered.parse(JSON.parse(announced?.config ?? '{}'));
    const [, field] = /^\/keys\/(.+)$/.exec(models.providers[provider]?.apiKey.id ?? '') ?? [];
    const keys =
      this.secrets.keys(instanceId, announced?.keyVersion ?? 0) ?? this.#files.get(instanceId);
    return field === undefined ? null : (keys?.[field] ?? null);
  }

  /** What the provider that the model names says of the key that it is called with. */
  #verdictOn(instanceId: InstanceId, model: string): ModelVerdict {
    const key = this.keyInUse(instanceId, model.split('/')[0] ?? '');
    if (key === null) return 'failed';
    return this.#isKeyRefused(instanceId, key) ? 'refused' : 'answered';
  }

  /** Catalog and gateways follow what the scheduler did. */
  #follow(instanceId: InstanceId, allocation: AllocationView | null): void {
    if (allocation === null) {
      this.catalog.remove(instanceId);
      return;
    }
    const address = this.#addressFor(allocation.id);
    this.gateway.put(address, () => this.#stateAt(instanceId, allocation.id));
    this.catalog.put({
      instanceId,
      allocationId: allocation.id,
      nodeName: 'test-node',
      address,
      isPassing: true,
    });
  }

  #addressFor(allocationId: string): string {
    const known = this.#addresses.get(allocationId);
    const address = known ?? `127.0.0.1:${String(FIRST_PORT + this.#addresses.size)}`;
    this.#addresses.set(allocationId, address);
    return address;
  }

  /** An allocation that was replaced or stopped answers nobody. */
  #stateAt(instanceId: InstanceId, allocationId: string): GatewayState {
    if (this.scheduler.runningAllocation(instanceId)?.id !== allocationId) return NOTHING;
    if (this.#cutOff.has(instanceId)) return NOTHING;
    return this.#frozen.get(instanceId) ?? this.#stateOf(instanceId);
  }

  /** What the gateway runs with: what is announced, or the last that it took. */
  #takenBy(instanceId: InstanceId): Announcement | null {
    const announced = this.announcements.published(instanceId);
    if (announced === null || !announced.config.includes(REFUSED_CONFIG)) {
      if (announced !== null) this.#taken.set(instanceId, announced);
      return announced;
    }
    return this.#taken.get(instanceId) ?? null;
  }

  #stateOf(instanceId: InstanceId): GatewayState {
    // Its templates block until there is an announcement.
    const announced = this.#takenBy(instanceId);
    if (announced === null) return NOTHING;
    return {
      startup: this.#starting.has(instanceId) ? 'starting' : 'started',
      token: this.secrets.token(instanceId, announced.gatewayVersion),
      revision: announced.revision,
      modelVerdict: (model) => this.#verdictOn(instanceId, model),
    };
  }
}
