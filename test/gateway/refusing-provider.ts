import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What somebody asked of the provider. */
export interface Asked {
  readonly path: string;
  /** Wherever the provider's API wants it. */
  readonly key: string | null;
  readonly body: string;
}

/** A model provider that takes no key, whatever its API, and remembers what it was asked. */
export interface RefusingProvider {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startRefusingProvider(): Promise<RefusingProvider> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      asked.push({ path, key: keyIn(request.headers, path), body: `${path} ${body}` });
      response.writeHead(401, { 'content-type': 'application/json' });
      const error = { type: 'authentication_error', message: 'invalid api key', code: 401 };
      response.end(JSON.stringify({ type: 'error', error }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function keyIn(headers: IncomingHttpHeaders, path: string): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const named = headers['x-api-key'] ?? headers['x-goog-api-key'];
  const inQuery = new URL(path, 'http://provider').searchParams.get('key');
  return bearer ?? named?.toString() ?? inQuery;
}
