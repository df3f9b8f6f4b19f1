import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../lib/timers.js';
import { CliFailure } from './cli-failure.js';
import { EXIT } from './exit-codes.js';

/** How long the browser gets to read the file before it is removed, in milliseconds. */
const READ_LIMIT_MS = 5_000;

/**
 * Shows a link that nobody else may see. It goes to the browser in a file that only this user can
 * read, because a program's arguments are visible to every user of the machine.
 */
export async function showPage(opener: string, link: string, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'clawdeploy-open-'));
  try {
    const file = join(folder, 'open.html');
    await writeFile(file, pageTo(link), { mode: 0o600 });
    await start(opener, file);
    await pause(READ_LIMIT_MS, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pageTo(link: string): string {
  // JSON is JavaScript, and without `<` it cannot end the script.
  const target = JSON.stringify(link).replaceAll('<', '\\u003c');
  return `<!doctype html><meta charset="utf-8"><script>location.replace(${target})</script>\n`;
}

function start(opener: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
    child.once('error', () => {
      const sentence = `${opener} could not be started; print the link with --print.`;
      reject(new CliFailure(EXIT.failed, sentence));
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
