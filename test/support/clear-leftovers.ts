import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts named in one command. */
const AT_ONCE = 200;

/**
 * Ends the processes that were started in a test's folder and outlived who started them, and
 * unmounts what is mounted there. Nomad leaves both behind on purpose when a node ends: its tasks
 * are to go on. The folder's name is unique, so nothing of anybody else can be met.
 */
export async function clearLeftovers(folder: string): Promise<void> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    if (pid !== process.pid && (await isStartedIn(pid, folder))) kill(pid);
  }
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n');
  const ours = mounts.map((line) => line.split(' ')[1] ?? '').filter((at) => isIn(at, folder));
  // Lazily: what was just killed may hold on to it for a moment. Inner ones first.
  const inOrder = ours.sort().reverse();
  while (inOrder.length > 0) await run('umount', ['-l', ...inOrder.splice(0, AT_ONCE)]);
}

async function isStartedIn(pid: number, folder: string): Promise<boolean> {
  for (const file of ['cmdline', 'environ']) {
    const text = await readFile(`/proc/${String(pid)}/${file}`, 'utf8').catch(() => '');
    if (text.includes(`${folder}/`)) return true;
  }
  return false;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
