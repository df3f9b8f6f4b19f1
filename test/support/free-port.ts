import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/**
 * A TCP port of the loopback address that nothing listened on a moment ago, for programs that must
 * be told their port. Code of our own listens on port 0 instead, which leaves no such moment.
 */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('the system gave no port');
  return port;
}

/** Several free ports at once, all different because they are held together before release. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => holdPort()));
  const ports = held.map(portOf);
  await Promise.all(held.map(release));
  return ports;
}

async function holdPort(): Promise<Server> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function release(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
