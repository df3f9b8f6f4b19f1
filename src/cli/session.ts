import { ApiClient } from '../client/api-client.js';
import type { Connection } from './connection-file.js';
import { connectionOf, tokenOf } from './environment.js';
import type { World } from './world.js';

/** What a command that calls the API works with. */
export interface Session {
  readonly world: World;
  readonly client: ApiClient;
  readonly connection: Connection;
  readonly token: string;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
  /** Prints a command's result: `value` with --json, `text` otherwise. */
  readonly show: (value: unknown, text: string) => void;
}

/** Runs `work` with a connection to the API, which is closed afterwards. */
export async function inSession(
  world: World,
  isJson: boolean,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const connection = connectionOf(world.environment);
  const token = tokenOf(connection);
  const client = new ApiClient({ apiUrl: connection.apiUrl, token });
  const { signal, stdout } = world;
  const show = (value: unknown, text: string): void => {
    stdout.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : text);
  };
  try {
    await work({ world, client, connection, token, isJson, signal, show });
  } finally {
    client.close();
  }
}
