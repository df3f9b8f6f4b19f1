import { dirname, join } from 'node:path';
import { ApiClient } from '../../src/client/api-client.js';
import { ApiFailure } from '../../src/client/api-failure.js';
import {
  findConnectionFile,
  readConnectionFile,
  readToken,
} from '../../src/cli/connection-file.js';
import { stackLayout } from '../stack/layout.js';
import { readPorts } from '../stack/ports.js';
import { DemoFailure } from './demo-failure.js';
import { memberBars } from './member-bars.js';
import { runDemo } from './run-demo.js';
import { summaryOf } from './summary.js';

/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/** The demonstration at the end of `make up`; `--state-dir` shows it on another stack. */
async function main(signal: AbortSignal): Promise<void> {
  const [flag, stateDir] = process.argv.slice(2);
  const file =
    flag === '--state-dir' && stateDir !== undefined
      ? join(stateDir, 'cli.json')
      : findConnectionFile(process.cwd());
  if (file === null) throw new Error('There is no stack here; start one with `make up`.');
  const connection = readConnectionFile(file);
  const client = new ApiClient({ apiUrl: connection.apiUrl, token: readToken(connection) });
  const bars = memberBars(process.stdout);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const result = await runDemo({ client, connection, bars, say, signal });
    const isForPerson = process.stdout.isTTY;
    process.stdout.write(summaryOf(result, { isForPerson, nomadUi: nomadUiOf(dirname(file)) }));
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`${sentenceOf(error)}${logHint(error, dirname(file))}`, { cause: error });
  } finally {
    client.close();
  }
}

/** Where the stack's Nomad shows its jobs; null for a stack that remembers no ports. */
function nomadUiOf(stateDir: string): string | null {
  const ports = readPorts(stackLayout(dirname(stateDir), stateDir));
  return ports === null ? null : `http://127.0.0.1:${ports.nomadHttp}/ui`;
}

function sentenceOf(error: unknown): string {
  if (error instanceof DemoFailure || error instanceof ApiFailure) return error.message;
  return `Unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
}

function logHint(error: unknown, stateDir: string): string {
  const name = error instanceof DemoFailure ? error.log : 'api';
  return `\nThe log says more: ${join(stateDir, 'logs', `${name}.log`)}`;
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interrupt.abort();
  });
}

main(interrupt.signal).catch((error: unknown) => {
  if (interrupt.signal.aborted) {
    process.stderr.write('\nInterrupted; the stack stays up. `make demo` begins anew.\n');
    process.exitCode = INTERRUPTED;
    return;
  }
  process.stderr.write(`\n✘ ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
