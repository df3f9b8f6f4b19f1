import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs `work` with a fresh folder, readable by this user alone, and removes the folder afterwards,
 * whether the work succeeded or not.
 */
export async function withTempDir<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = await makeTempDir();
  try {
    return await work(dir);
  } finally {
    await removeTempDir(dir);
  }
}

/** A fresh folder for a suite that cleans up in its `after` hook; see `removeTempDir`. */
export function makeTempDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'clawdeploy-test-'));
}

/** Removes a folder with all it holds; one that is gone counts as removed. */
export async function removeTempDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}
