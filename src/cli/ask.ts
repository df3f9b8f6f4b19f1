import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { usage } from './cli-failure.js';
import type { Input, World } from './world.js';

/** No key is longer; the API takes no larger request either. */
const SECRET_BYTES_MAX = 64 * 1024;

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACES = ['\u007f', '\b'];
const LINE_ENDS = ['\r', '\n'];

/**
 * A secret from a prompt that shows nothing, or from a pipe. Never from the command line: that is
 * in the shell's history, and in the list of processes for every user of the machine.
 */
export async function askSecret(world: World, question: string): Promise<string> {
  const isPerson = world.stdin.isTTY === true;
  const secret = isPerson ? await promptHidden(world, question) : await readAll(world.stdin);
  if (secret !== '') return secret;
  throw usage('No key was given: type it at the prompt, or pipe it in. Nothing was changed.');
}

/** Whether a person says yes; anything but y or yes is no. */
export async function confirm(
  { stdin, stderr, signal }: World,
  question: string,
): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    // Ctrl-D ends the input without a line, and with it the question: that is no.
    const silence = once(asking, 'close').then(() => '');
    const answer = await Promise.race([asking.question(`${question} [y/N] `, { signal }), silence]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

function promptHidden({ stdin, stderr, signal }: World, question: string): Promise<string> {
  // Before the question: who answers quickly, or pastes, would otherwise see the key on the screen.
  stdin.setRawMode?.(true);
  stderr.write(`${question} (what you type is not shown): `);
  return new Promise<string>((resolve, reject) => {
    let typed = '';
    const stop = (): void => {
      stdin.removeListener('data', onData);
      signal.removeEventListener('abort', onAbort);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write('\n');
    };
    const onAbort = (): void => {
      stop();
      reject(new Interrupted());
    };
    const onData = (chunk: Buffer | string): void => {
      for (const char of chunk.toString()) {
        if (char === CTRL_C) {
          onAbort();
          return;
        }
        if (LINE_ENDS.includes(char) || char === CTRL_D) {
          stop();
          resolve(typed);
          return;
        }
        typed = edited(typed, char);
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData);
    stdin.resume();
  });
}

/** Ctrl-C at a prompt, where the terminal hands it over as a character and sends no signal. */
export class Interrupted extends Error {}

function edited(typed: string, char: string): string {
  if (BACKSPACES.includes(char)) return typed.slice(0, -1);
  return char === CTRL_U ? '' : typed + char;
}

/** All of a pipe, without the line end that `echo` and editors add. */
async function readAll(stdin: Input): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > SECRET_BYTES_MAX) {
      throw usage('That is longer than any key (64 KiB). Nothing was changed.');
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
