import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '../support/wait-for.js';

/** Starting Node and compiling the source on a busy machine takes its time, in milliseconds. */
const SHOWN_WITHIN_MS = 60_000;

/** A person's shell in a terminal, with a history, in a home of its own (by `script`, Linux's). */
export class ShellSession {
  readonly #child: ChildProcessWithoutNullStreams;
  #shown = '';

  constructor(env: Readonly<Record<string, string>>) {
    const shell = ['-qefc', 'bash --noprofile --norc -i', '/dev/null'];
    const path = process.env['PATH'] ?? '';
    this.#child = spawn('script', shell, { env: { PATH: path, TERM: 'dumb', ...env } });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#shown += chunk.toString('utf8');
    });
  }

  /** Everything that was on the screen so far. */
  get shown(): string {
    return this.#shown;
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async untilShown(text: string): Promise<void> {
    await waitFor(() => Promise.resolve(this.#shown.includes(text)), {
      withinMs: SHOWN_WITHIN_MS,
      describe: `"${text}" on the screen`,
    }).catch((cause: unknown) => {
      throw new Error(`the screen shows: ${this.#shown}`, { cause });
    });
  }

  /** Leaves the shell, which writes its history then. */
  async leave(): Promise<void> {
    const left = once(this.#child, 'close');
    this.type('exit');
    await left;
  }
}
