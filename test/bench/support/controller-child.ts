import { startBenchController } from './bench-controller.js';
import { RemotePorts } from './remote-ports.js';

/**
 * A controller in a process of its own, that can be killed. Its store is the real PostgreSQL at the
 * URL in its first argument; its outside is with the process that started it.
 */
async function main(url: string): Promise<void> {
  const remote = new RemotePorts((call) => process.send?.(call));
  process.on('message', (answer) => remote.answered(answer));
  process.on('disconnect', () => process.exit(1));
  await startBenchController(url, remote.ports());
  process.send?.('started');
}

await main(process.argv[2] ?? '');
