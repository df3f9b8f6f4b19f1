import { createServer } from 'node:http';

/** Answers every request with a few bytes, at once; says on standard output where it listens. */
const server = createServer((_, answer) => answer.end('gateway'));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') {
    process.stdout.write(`127.0.0.1:${String(address.port)}\n`);
  }
});
