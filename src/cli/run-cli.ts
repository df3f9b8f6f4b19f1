import { CommanderError } from 'commander';
import { Fault } from '../errors/index.js';
import { ApiFailure } from '../client/api-failure.js';
import { Interrupted } from './ask.js';
import { CliFailure, usage } from './cli-failure.js';
import type { ExitCode } from './exit-codes.js';
import { EXIT } from './exit-codes.js';
import { createProgram, masked } from './program.js';
import type { World } from './world.js';

/**
 * Runs one command line, without the program's own name, and returns the exit code. Failures are
 * printed to stderr: one sentence, or one JSON object with --json.
 */
export async function runCli(args: readonly string[], world: World): Promise<number> {
  const isJson = args.includes('--json');
  const { program, exit } = createProgram(world, isJson);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit.code;
  } catch (error) {
    const failure = failureOf(error, world.signal);
    if (failure !== null) report(world, failure, isJson);
    return failure?.exitCode ?? parseFailed(world, error, isJson);
  }
}

function failureOf(error: unknown, signal: AbortSignal): CliFailure | null {
  if (error instanceof CliFailure && error.exitCode === EXIT.interrupted) return error;
  if (signal.aborted || error instanceof Interrupted) {
    return new CliFailure(EXIT.interrupted, 'Interrupted.');
  }
  if (error instanceof CommanderError) return null;
  if (error instanceof CliFailure) return error;
  if (error instanceof Fault)
    return new CliFailure(EXIT.usage, error.message, { code: error.code });
  if (error instanceof ApiFailure) return failureOfApi(error);
  const reason = error instanceof Error ? error.message : String(error);
  return new CliFailure(EXIT.failed, `Unexpected failure: ${reason}`);
}

function failureOfApi(error: ApiFailure): CliFailure {
  const { code, status, requestId, retryAfterMs } = error;
  const wait = retryAfterMs === null ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  const about = requestId === null ? '' : ` (${code ?? ''}, request ${requestId})`;
  const sentence = `${error.message}${wait}${about}`;
  return new CliFailure(exitCodeOfStatus(code, status), sentence, { code, status, requestId });
}

function exitCodeOfStatus(code: string | null, status: number | null): ExitCode {
  if (code === 'pool_empty' || status === 429) return EXIT.noCapacity;
  if (status === null || status === 503) return EXIT.unreachable;
  if (status === 404) return EXIT.notFound;
  if (status === 409) return EXIT.conflict;
  if (status === 400 || status === 413 || status === 422) return EXIT.usage;
  return EXIT.failed;
}

function report(
  { stderr }: World,
  { message, exitCode, facts }: CliFailure,
  isJson: boolean,
): void {
  const error = { sentence: message, exitCode, ...facts };
  stderr.write(isJson ? `${JSON.stringify({ error })}\n` : `${message}\n`);
}

/** How parsing ended without running a command: with the help that was asked for, or with an error. */
function parseFailed(world: World, error: unknown, isJson: boolean): ExitCode {
  if (!(error instanceof CommanderError)) return EXIT.failed;
  if (error.exitCode === 0) return EXIT.ok;
  // Without --json commander has printed its own sentence already.
  if (isJson) report(world, usage(masked(error.message)), isJson);
  return EXIT.usage;
}
