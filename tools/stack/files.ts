import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StackLayout } from './layout.js';
import { StackError } from './stack-error.js';

const FREE_BYTES_MIN = 1024 ** 3;
const LOG_BYTES_MAX = 16 * 1024 ** 2;

/** Raised when the meaning of the files in the state folder changes. */
const LAYOUT_VERSION = 1;

interface Stamp {
  readonly layoutVersion: number;
  /** Names this stack in the environment of its processes, so that they can be proven ours. */
  readonly id: string;
}

/**
 * Makes the folders of the stack (mode 700) and returns the stack's id.
 *
 * Refuses a disk with less than 1 GiB free, since a database that meets a full disk half-way costs
 * more than a sentence, and a state folder that another version of this layout wrote.
 */
export async function openStateDir(layout: StackLayout): Promise<string> {
  mkdirSync(layout.stateDir, { recursive: true, mode: 0o700 });
  chmodSync(layout.stateDir, 0o700);
  await refuseFullDisk(layout.stateDir);
  const stamp = readStamp(layout) ?? { layoutVersion: LAYOUT_VERSION, id: randomUUID() };
  if (stamp.layoutVersion !== LAYOUT_VERSION) {
    throw new StackError(
      `${layout.stateDir} was written by another version of ClawDeploy (layout ` +
        `${stamp.layoutVersion}, this one reads ${LAYOUT_VERSION}); run \`make down\` with that ` +
        'version, then move the folder away.',
    );
  }
  for (const folder of [layout.run, layout.logs, layout.config, layout.secrets, layout.data]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  if (!existsSync(layout.stamp)) writeAtomically(layout.stamp, `${JSON.stringify(stamp)}\n`);
  return stamp.id;
}

/** The id of the stack in `layout`, or null when none was ever started there. */
export function readStackId(layout: StackLayout): string | null {
  return readStamp(layout)?.id ?? null;
}

function readStamp(layout: StackLayout): Stamp | null {
  const stamp = readJson(layout.stamp);
  if (stamp === null) return null;
  if (
    typeof stamp !== 'object' ||
    !('layoutVersion' in stamp && typeof stamp.layoutVersion === 'number') ||
    !('id' in stamp && typeof stamp.id === 'string')
  ) {
    throw new StackError(`${layout.stamp} is not readable as this stack's stamp; move it away.`);
  }
  return { layoutVersion: stamp.layoutVersion, id: stamp.id };
}

async function refuseFullDisk(folder: string): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free >= FREE_BYTES_MIN) return;
  throw new StackError(
    `Only ${Math.floor(free / 1024 ** 2)} MiB are free on the disk of ${folder}; ` +
      'free at least 1 GiB and try again.',
  );
}

/** Writes `text` so that a reader sees the old file or the new one, never a half; mode 600. */
export function writeAtomically(path: string, text: string | Uint8Array, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The text of `path` without its line end, or null when there is no such file. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The JSON in `path`, or null when there is no such file or it is not JSON. */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    // A half-written file of an older crash carries no fact worth failing for; the caller starts anew.
    return null;
  }
}

/** The secret in `path`; `make` invents it when there is none. */
export function ensureSecret(path: string, make: () => string): string {
  const known = readText(path);
  if (known !== null && known !== '') return known;
  const secret = make();
  writeAtomically(path, `${secret}\n`);
  return secret;
}

/** A password of 192 random bits that needs no escaping in URLs, SQL or configuration files. */
export function newPassword(): string {
  return randomBytes(24).toString('hex');
}

/**
 * Keeps `path` under 16 MiB: what is in it moves to `path`.1 and the file starts anew.
 *
 * Copied and cut rather than renamed, because the process that writes holds the file open. On a full
 * disk nothing is kept of it: room matters more then than an old log.
 */
export function boundLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_BYTES_MAX) return;
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    rmSync(`${path}.1`, { force: true });
  }
  truncateSync(path, 0);
}
