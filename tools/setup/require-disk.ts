import { mkdir, statfs } from 'node:fs/promises';
import { SetupFailure } from './setup-failure.js';

/** Thrown where a disk has too little room; to install the thing by hand would not help. */
export class DiskTooSmall extends SetupFailure {}

const GIB = 1024 ** 3;

/**
 * Refuses to begin what would fill the disk half-way: `gib` must be free where `folder` lies, which
 * `setting` leads to another disk.
 *
 * Programs that fill it all the same are explained by what they say; this only spares the wait.
 */
export async function requireDisk(
  folder: string,
  gib: number,
  setting = 'CLAWDEPLOY_CACHE',
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const disk = await statfs(folder);
  const free = (disk.bavail * disk.bsize) / GIB;
  if (free >= gib) return;
  throw new DiskTooSmall(
    `only ${free.toFixed(1)} GiB are free on the disk of ${folder} and ${gib} GiB are needed; free ` +
      'some space or set ' +
      `${setting} to a folder on another disk`,
  );
}
