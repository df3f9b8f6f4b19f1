import pg from 'pg';
import { isInstanceId } from '../domain/ids.js';
import { backoffMs } from '../lib/backoff.js';
import { pause } from '../lib/timers.js';
import type { ChangeFeed, ChangeListener, Log } from '../ports/index.js';

const CHANGED = 'instance_changed';
const HANDED_OVER = 'leases_handed_over';

/**
 * Changes as PostgreSQL notifies of them, on a connection of its own.
 *
 * Notifications sent while the connection is down are gone, so each new connection tells its
 * listeners of a gap, the first one included.
 */
export class PostgresChangeFeed implements ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(
    private readonly databaseUrl: string,
    private readonly log: Log,
  ) {}

  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to listen and goes on, connecting again as needed, until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#listenUntilLost(() => (failures = 0));
      } catch (error) {
        failures += 1;
        this.log.warn('change feed lost', { error, failures });
      }
      await pause(backoffMs(failures), this.#stopping.signal);
    }
  }

  async #listenUntilLost(onConnected: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'clawdeploy-change-feed',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const { promise: lost, resolve, reject } = deferred();
    client.on('error', reject);
    client.on('end', resolve);
    client.on('notification', ({ channel, payload }) => {
      if (channel === HANDED_OVER) {
        for (const listener of this.#listeners) listener.onHandOver?.();
      } else if (payload !== undefined && isInstanceId(payload)) {
        for (const listener of this.#listeners) listener.onChange(payload);
      }
    });
    this.#stopping.signal.addEventListener('abort', resolve, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGED}; LISTEN ${HANDED_OVER}`);
      onConnected();
      for (const listener of this.#listeners) listener.onGap();
      await lost;
    } finally {
      this.#stopping.signal.removeEventListener('abort', resolve);
      await client.end().catch(() => {
        // It was lost already; there is nothing left to close.
      });
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (e: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => {
    // Awaited later; a loss before that must not count as unhandled.
  });
  return { promise, resolve, reject };
}
