import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readConnectionFile, readToken } from '../../src/cli/connection-file.js';
import { ApiClient } from '../../src/client/api-client.js';
import { memberBars } from '../../tools/demo/member-bars.js';
import { runDemo } from '../../tools/demo/run-demo.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { downStack, upStack } from '../../tools/stack/stack.js';
import { stopsAtEnd } from '../support/at-end.js';
import type { Series } from './report.js';

/** Each takes a minute or two: enough for a median, not for a tail. */
const ROUNDS = 3;
const POOLS = 's=2';

interface Took {
  readonly stackS: number;
  readonly demoS: number;
}

/**
 * From `make up` to the end of the demonstration, with setup done: a tenant's question answered with
 * the tenant's own key, two real gateways idle beside it. Once from an empty state folder, and once
 * after `make down`, when every gateway of before boots again at the same moment.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const fresh: Took[] = [];
  const again: Took[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const stateDir = await mkdtemp(join(tmpdir(), 'cd-'));
    const end = stopsAtEnd(async () => {
      await downStack(stateDir, { purge: true });
      await rm(stateDir, { recursive: true, force: true });
    });
    try {
      fresh.push(await upToAnswer(root, stateDir));
      say(`round ${round}/${ROUNDS}: fresh ${totalOf(fresh.at(-1)).toFixed(1)} s`);
      await downStack(stateDir);
      again.push(await upToAnswer(root, stateDir));
      say(`round ${round}/${ROUNDS}: after make down ${totalOf(again.at(-1)).toFixed(1)} s`);
    } finally {
      await end();
    }
  }
  const common = { unit: 's', baseline: null, goalP50: 60 } as const;
  return [
    { ...common, name: 'make-up-fresh', samples: fresh.map(totalOf), raw: fresh },
    { ...common, name: 'make-up-again', samples: again.map(totalOf), raw: again },
  ];
}

async function upToAnswer(root: string, stateDir: string): Promise<Took> {
  const beganMs = performance.now();
  const info = await upStack({ root, stateDir, pools: POOLS });
  const upMs = performance.now();
  await showDemo(info);
  return { stackS: (upMs - beganMs) / 1000, demoS: (performance.now() - upMs) / 1000 };
}

/** The demo as a pipe would see it; it fails unless the answer was made with the key just set. */
async function showDemo({ layout }: StackInfo): Promise<void> {
  const connection = readConnectionFile(layout.cli);
  const client = new ApiClient({ apiUrl: connection.apiUrl, token: readToken(connection) });
  const unseen = new PassThrough().resume() as unknown as NodeJS.WriteStream;
  try {
    await runDemo({
      ...{ client, connection, bars: memberBars(unseen), say: () => undefined },
      signal: new AbortController().signal,
    });
  } finally {
    client.close();
  }
}

function totalOf(took: Took | undefined): number {
  return took === undefined ? Number.NaN : took.stackS + took.demoS;
}
