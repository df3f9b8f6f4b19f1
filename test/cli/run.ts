import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Environment } from '../../src/cli/environment.js';
import { runCli } from '../../src/cli/run-cli.js';
import type { Input, Output } from '../../src/cli/world.js';
import type { MemoryApi, TestClaims } from '../api/support/memory-api.js';

/** A command line's end: its exit code and all it wrote. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Run {
  /** What comes through the pipe; or what is typed, if this is a terminal. */
  readonly input?: string;
  readonly isTerminal?: boolean;
  /** Whose token is used; a product's unless told otherwise. */
  readonly as?: TestClaims;
  readonly environment?: Partial<Environment>;
  readonly signal?: AbortSignal;
}

/** Runs one command line against the API of a test, in this process and with streams of its own. */
export async function clawdeploy(
  api: MemoryApi,
  args: readonly string[],
  run: Run = {},
): Promise<Ran> {
  const tokenFile = join(api.dir, 'cli.token');
  await writeFile(tokenFile, `${await api.token(run.as)}\n`);
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { isTerminal = false, input } = run;
  if (input !== undefined) stdin.write(input);
  if (!isTerminal) stdin.end();
  const code = await runCli(args, {
    stdin: (isTerminal ? asTerminal(stdin) : stdin) as Input,
    stdout: stdout as Output,
    stderr: stderr as Output,
    environment: {
      folder: api.dir,
      apiUrl: api.url,
      tokenFile,
      login: 'ada',
      pageOpener: null,
      ...run.environment,
    },
    signal: run.signal ?? new AbortController().signal,
  });
  return { code, out: textOf(stdout), err: textOf(stderr) };
}

function asTerminal(stdin: PassThrough): PassThrough {
  return Object.assign(stdin, { isTTY: true, setRawMode: () => stdin });
}

function textOf(stream: PassThrough): string {
  const text: unknown = stream.read();
  return Buffer.isBuffer(text) ? text.toString('utf8') : '';
}
