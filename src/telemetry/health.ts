import { Fault } from '../errors/index.js';
import { deadline } from '../lib/timers.js';

/** Finds out whether one thing that the process depends on works; throws what is wrong with it. */
export type Probe = (signal: AbortSignal) => Promise<unknown>;

export interface ProbeOptions {
  readonly probe: Probe;
  /** Whether the process can do its work without it. */
  readonly isRequired: boolean;
}

/** How long one probe may take, in milliseconds. */
const PROBE_LIMIT_MS = 2_000;

/** Asks all probes at once and tells what each says: `ok`, or one sentence. */
export async function readinessOf(
  probes: Readonly<Record<string, ProbeOptions>>,
): Promise<{ isReady: boolean; checks: Record<string, string> }> {
  const results = await Promise.all(
    Object.entries(probes).map(async ([name, { probe, isRequired }]) => {
      const said = await ask(probe);
      return { name, said, isFine: said === 'ok' || !isRequired };
    }),
  );
  return {
    isReady: results.every(({ isFine }) => isFine),
    checks: Object.fromEntries(results.map(({ name, said }) => [name, said])),
  };
}

async function ask(probe: Probe): Promise<string> {
  const limit = deadline(PROBE_LIMIT_MS);
  const silence = new Promise<string>((resolve) => {
    limit.addEventListener('abort', () => {
      resolve(`no answer within ${PROBE_LIMIT_MS / 1000} s`);
    });
  });
  const answer = probe(limit).then(
    () => 'ok',
    (error: unknown) => (error instanceof Fault ? error.message : 'it cannot be reached'),
  );
  return Promise.race([answer, silence]);
}
