import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { deadline } from '../../src/lib/timers.js';
import type { Release } from './releases.js';
import { run } from './run.js';
import { SetupFailure, refuseIfInterrupted } from './setup-failure.js';
import { unzipMember } from './unzip.js';

/** How long the first answer may take: a machine without a way there must not wait. */
const ANSWER_LIMIT_MS = 4_000;
const DOWNLOAD_LIMIT_MS = 10 * 60_000;
const MIB = 1024 ** 2;

/** A release to fetch into a folder. */
export interface ReleaseOrder {
  readonly release: Release;
  readonly sha256: string;
  /** Gets `bin/<member>`; what else the archive holds is left out. */
  readonly folder: string;
  readonly log: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Downloads a vendor's archive, compares its SHA-256 with the pinned one, and unpacks its program.
 *
 * Nothing of an archive with another sum is unpacked. Fails with a sentence; the caller then goes on
 * to the next way of coming by the server.
 */
export async function fetchRelease(order: ReleaseOrder): Promise<void> {
  const { release, folder, signal } = order;
  const archive = join(folder, 'archive');
  try {
    const sum = await download(release.url, archive, order);
    if (sum !== order.sha256) {
      throw new SetupFailure(
        `${release.url} has the SHA-256 ${sum}, but ${order.sha256} is pinned, so it was not used.`,
      );
    }
    await unpack(archive, order);
  } catch (error) {
    refuseIfInterrupted(signal);
    if (error instanceof SetupFailure) throw error;
    throw new SetupFailure(`${release.url} could not be fetched (${reasonOf(error)}).`, {
      cause: error,
    });
  } finally {
    await rm(archive, { force: true });
  }
}

async function download(url: string, file: string, order: ReleaseOrder): Promise<string> {
  const giveUp = new AbortController();
  const impatience = setTimeout(
    () => giveUp.abort(new Error(`no answer in ${ANSWER_LIMIT_MS / 1_000} s`)),
    ANSWER_LIMIT_MS,
  );
  const signal = deadline(DOWNLOAD_LIMIT_MS, AbortSignal.any([order.signal, giveUp.signal]));
  try {
    const answer = await fetch(url, { signal });
    clearTimeout(impatience);
    if (!answer.ok || answer.body === null) throw new Error(`the answer was ${answer.status}`);
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        order.onLine(`${(bytes / MIB).toFixed(0)} MiB`);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body), measure, createWriteStream(file), { signal });
    return hash.digest('hex');
  } finally {
    clearTimeout(impatience);
  }
}

async function unpack(archive: string, order: ReleaseOrder): Promise<void> {
  const { release, folder } = order;
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const target = join(bin, release.member);
  if (release.archive === 'zip') {
    const content = unzipMember(await readFile(archive), release.member);
    if (content === null) throw new Error(`the archive holds no ${release.member}`);
    await writeFile(target, content);
  } else {
    await run({
      doing: `unpacking ${release.member}`,
      file: 'tar',
      args: ['-xzf', archive, '-C', bin, release.member],
      cwd: folder,
      env: process.env,
      log: order.log,
      limitMs: DOWNLOAD_LIMIT_MS,
      signal: order.signal,
      onLine: order.onLine,
    });
  }
  await chmod(target, 0o755);
}

/** Node says "fetch failed" and keeps what failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
