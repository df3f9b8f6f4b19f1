import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheRoot } from './cache.js';
import { holdSetupLock } from './hold-setup-lock.js';
import { requirePlatform } from './platform.js';
import { Progress } from './progress.js';
import { setUp } from './setup.js';
import type { SetupContext } from './setup-context.js';
import { oneAtATime } from './setup-context.js';
import { SetupFailure, SetupInterrupted, sentenceOf } from './setup-failure.js';
import { USAGE, readSetupOptions } from './setup-options.js';
import { jsonReport, printReport } from './setup-report.js';

const EXIT = { done: 0, missing: 1, usage: 2, interrupted: 130 } as const;

/** Runs `make setup` from its arguments to its exit code. */
async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const options = readSetupOptions(argv);
  if (options.wantsHelp) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  // Gateways of other users read OpenClaw's files; a strict umask must not lock them out. Files of
  // the state folder have modes of their own.
  process.umask(0o022);
  const context: SetupContext = {
    root: join(import.meta.dirname, '..', '..'),
    cacheRoot: cacheRoot(process.env),
    platform: requirePlatform(),
    env: process.env,
    isOffline: options.isOffline,
    signal,
    progress: new Progress(process.stderr),
    inTurn: oneAtATime(),
  };
  const report = await holdSetupLock(context, () => setUp(context, options.only));
  const text = options.isJson ? `${jsonReport(report)}\n` : printReport(report, homedir());
  process.stdout.write(text);
  return report.gaps.length === 0 ? EXIT.done : EXIT.missing;
}

function explain(error: unknown): number {
  if (error instanceof SetupInterrupted) {
    const sentence =
      'Interrupted: what was running is ended, nothing half-made is kept, and what was finished is; ' +
      'run `make setup` again to go on.';
    process.stderr.write(`${sentence}\n`);
    return EXIT.interrupted;
  }
  process.stderr.write(`${sentenceOf(error)}\n`);
  return error instanceof SetupFailure ? EXIT.usage : EXIT.missing;
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupt.abort());
}
process.exitCode = await main(process.argv.slice(2), interrupt.signal).catch(explain);
