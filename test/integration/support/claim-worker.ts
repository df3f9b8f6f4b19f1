import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { Fault } from '../../../src/errors/index.js';
import { createDataSource } from '../../../src/store/data-source.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import type { Claims } from '../../support/claim-command.js';
import { claimsOn } from '../../support/claim-command.js';
import type { Note } from './claim-notes.js';
import { WorkerPlan, lineOf, parseNotes, tenantOf } from './claim-notes.js';

const EMPTY_AGAIN_MS = 20;

/**
 * Claims in a loop until it has its share, and may be killed at any instant: before each claim it
 * writes down which key it tries, after it what it got. Its next life tries again what stayed open.
 */
async function main(planText: string): Promise<void> {
  const plan = WorkerPlan.parse(JSON.parse(planText));
  const { url, notesFile, worker, lanes, claimsPerLane } = plan;
  const dataSource = createDataSource({ url, connectionsMax: lanes, applicationName: worker });
  await dataSource.initialize();
  const claims = claimsOn(createPostgresStore(dataSource));
  const before = existsSync(notesFile) ? parseNotes(readFileSync(notesFile, 'utf8')) : [];
  const write = (note: Note): void => appendFileSync(notesFile, lineOf(note));
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      workLane(claims, { prefix: `${worker}.${String(lane)}.`, claimsPerLane, before, write }),
    ),
  );
  await dataSource.destroy();
}

interface Lane {
  readonly prefix: string;
  readonly claimsPerLane: number;
  /** What earlier lives of this worker wrote down, all lanes together. */
  readonly before: readonly Note[];
  readonly write: (note: Note) => void;
}

async function workLane(claims: Claims, lane: Lane): Promise<void> {
  const { prefix, claimsPerLane, before, write } = lane;
  const mine = before.filter(({ key }) => key.startsWith(prefix));
  const got = mine.filter(({ kind }) => kind === 'got');
  const newest = got.at(-1);
  // Whoever asks again, even a life later, is told the same.
  if (newest !== undefined) {
    write({ ...newest, kind: 'again', says: await claimUntilServed(claims, newest.key) });
  }
  for (let number = new Set(got.map(({ key }) => key)).size; number < claimsPerLane; number += 1) {
    const key = `${prefix}${String(number)}`;
    write({ kind: 'try', key, says: '' });
    write({ kind: 'got', key, says: await claimUntilServed(claims, key) });
  }
}

/** The id of the instance that the key stands for; an empty pool is asked again with the same key. */
async function claimUntilServed(claims: Claims, key: string): Promise<string> {
  for (;;) {
    try {
      return (await claims.claim(tenantOf(key), key)).id;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'pool_empty') throw error;
      await pauseMs(EMPTY_AGAIN_MS);
    }
  }
}

await main(process.argv[2] ?? '');
