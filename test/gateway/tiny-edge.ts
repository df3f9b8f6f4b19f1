import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An edge reduced to what a proof needs: it knows one host name and overwrites the caller's address. */
export interface TinyEdge {
  readonly url: string;
  close(): Promise<void>;
}

/** Forwards requests for `host` to `upstream`, and answers 404 for all others. */
export async function startTinyEdge(host: string, upstream: string): Promise<TinyEdge> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.headers.host !== host) {
      outgoing.writeHead(404).end();
      return;
    }
    const headers = { ...incoming.headers, 'x-forwarded-for': '192.0.2.7' };
    const { method, url } = incoming;
    const onward = httpRequest(`http://${upstream}${url ?? '/'}`, { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
