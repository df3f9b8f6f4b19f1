import { systemResolve } from '../../src/clients/http/stranger-post.js';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { VaultSession } from '../../src/clients/vault/vault-session.js';
import { VaultWebhookSecrets } from '../../src/clients/vault/vault-webhook-secrets.js';
import { HttpWebhookSender } from '../../src/clients/webhooks/http-webhook-sender.js';
import { ChangeWebhook } from '../../src/commands/change-webhook.js';
import type { WebhookWish, WebhookWithSecret } from '../../src/commands/create-webhook.js';
import { CreateWebhook } from '../../src/commands/create-webhook.js';
import { FindWebhook } from '../../src/commands/find-webhook.js';
import { RenewWebhookSecret } from '../../src/commands/renew-webhook-secret.js';
import { ReplayDeliveries } from '../../src/commands/replay-deliveries.js';
import { TestWebhook } from '../../src/commands/test-webhook.js';
import type { WebhookId } from '../../src/domain/ids.js';
import type { Caller } from '../../src/domain/principal.js';
import { RETRY_DELAYS_MS } from '../../src/domain/webhooks/plan-retry.js';
import type { Delivery } from '../../src/domain/webhooks/webhook.js';
import { plusMs } from '../../src/lib/clock.js';
import type { OutboxEvent, Store, WebhookSecrets } from '../../src/ports/index.js';
import { WebhookCourier } from '../../src/queue/webhooks/webhook-courier.js';
import type { WebhookPorts } from '../../src/queue/webhooks/webhook-ports.js';
import { aCaller } from './builders.js';
import { quietLog } from './quiet-log.js';
import type { AppRoleCredentials, TestVault } from './test-vault.js';

/** Beyond any jitter of a pause. */
export const WITH_JITTER = 1.3;
/** An attempt may take so long here; what hangs is to be waited for. */
const TIMEOUT_MS = 1_000;

/** The secrets of webhooks as a role sees them, in a real Vault. */
export function webhookSecretsFor(
  { address }: Pick<TestVault, 'address'>,
  appRole: AppRoleCredentials,
): WebhookSecrets {
  const transport = new HttpTransport({ system: 'vault', baseUrl: `${address}/v1` });
  return new VaultWebhookSecrets(
    new VaultSession({ transport, appRole: () => Promise.resolve(appRole) }),
  );
}

export interface WebhookWorldOptions {
  readonly store: Store;
  /** As the API and the worker see them. */
  readonly writes: WebhookSecrets;
  readonly reads: WebhookSecrets;
}

/** The real commands, courier and sender, and a clock that the test moves. */
export class WebhookWorld {
  /** Close to the machine's, which the official library compares signatures' times with. */
  now = new Date();
  readonly clock = { now: () => this.now };
  readonly product = aCaller({ subject: 'tester', role: 'product' });
  readonly operator = aCaller({ subject: 'tester', role: 'operator' });
  readonly outcomes: string[] = [];
  readonly disabled: string[] = [];
  readonly sender = new HttpWebhookSender({
    ...{ mayUseLoopback: true, resolve: systemResolve, timeoutMs: TIMEOUT_MS },
  });
  readonly change: ChangeWebhook;
  readonly find: FindWebhook;
  readonly replay: ReplayDeliveries;
  readonly #create: CreateWebhook;
  readonly #renew: RenewWebhookSecret;
  readonly #test: TestWebhook;
  readonly #signal = new AbortController().signal;

  constructor(private readonly options: WebhookWorldOptions) {
    const { store, writes } = options;
    this.change = new ChangeWebhook(store, this.sender, this.clock);
    this.find = new FindWebhook(store);
    this.replay = new ReplayDeliveries(store, this.clock);
    this.#create = new CreateWebhook(store, writes, this.sender, this.clock);
    this.#renew = new RenewWebhookSecret(store, writes, this.clock);
    this.#test = new TestWebhook(store, this.clock);
  }

  get store(): Store {
    return this.options.store;
  }

  create(
    url: string,
    wish: Partial<WebhookWish> = {},
    caller: Caller = this.operator,
  ): Promise<WebhookWithSecret> {
    const whole = { url, eventTypes: null, description: '', isEnabled: true, ...wish };
    return this.#create.execute({ caller, wish: whole, signal: this.#signal });
  }

  renewSecret(id: WebhookId, overlapMs: number): Promise<WebhookWithSecret> {
    return this.#renew.execute({ caller: this.operator, id, overlapMs, signal: this.#signal });
  }

  update(id: WebhookId, wish: Partial<WebhookWish>): Promise<unknown> {
    return this.change.execute({ caller: this.operator, id, wish, signal: this.#signal });
  }

  test(id: WebhookId): Promise<Delivery> {
    return this.#test.execute({ caller: this.operator, id });
  }

  /** Something happens. */
  async tell(event: Partial<OutboxEvent> = {}): Promise<void> {
    const payload = { code: 'found_dead' };
    const whole = { topic: 'instance.failed', key: 'oc-aaaaaaaaaaa2', payload, at: this.now };
    await this.store.outbox.append({ ...whole, ...event } as OutboxEvent);
  }

  ports(changes: Partial<WebhookPorts> = {}): WebhookPorts {
    return {
      ...{ store: this.store, secrets: this.options.reads, sender: this.sender },
      ...{ clock: this.clock, log: quietLog, onLag: () => undefined },
      onAttempt: (outcome) => this.outcomes.push(outcome),
      onDisabled: (reason) => this.disabled.push(reason),
      ...changes,
    };
  }

  /** A worker, until it has nothing more to do. */
  async deliver(changes: Partial<WebhookPorts> = {}): Promise<void> {
    await new WebhookCourier(this.ports(changes)).run(this.#signal);
  }

  /** What is due within that time is delivered at its end. */
  async deliverAfter(ms: number): Promise<void> {
    this.now = plusMs(this.now, ms);
    await this.deliver();
  }

  /** All attempts that there are left, each when it is due. */
  async exhaust(): Promise<void> {
    for (const delayMs of RETRY_DELAYS_MS) await this.deliverAfter(delayMs * WITH_JITTER);
  }

  /** Newest first. */
  async deliveries(id: WebhookId): Promise<readonly Delivery[]> {
    const page = { limit: 200, cursor: null };
    return (await this.find.deliveries({ caller: this.operator, id, state: null, page })).rows;
  }

  /** The only one there is. */
  async delivery(id: WebhookId): Promise<Delivery> {
    const [one, ...more] = await this.deliveries(id);
    if (one === undefined || more.length > 0) throw new Error('There is not one delivery.');
    return one;
  }
}
