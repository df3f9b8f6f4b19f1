import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../errors/index.js';
import type { Stoppable } from '../lib/shutdown.js';

/** How long idle connections are kept; longer than proxies keep theirs, so that they close first. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_LIMIT_MS = 15_000;
const REQUEST_LIMIT_MS = 90_000;

/** Listens with bounded times; a taken port is told in one sentence. */
export async function listen(options: {
  readonly name: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => unknown;
  readonly host: string;
  readonly port: number;
}): Promise<Stoppable> {
  const { name, handle, host, port } = options;
  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_LIMIT_MS;
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = isTaken ? 'another program has that port' : 'the address cannot be used';
    throw new Fault('config_invalid', `Cannot start: ${name} on ${host}:${port}: ${reason}.`, {
      cause,
    });
  }
  return {
    name,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
