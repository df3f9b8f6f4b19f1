import type { DemoResult } from './run-demo.js';

/**
 * The demonstration's result for people. The token is shown where a person looks at a terminal; a
 * file or a CI log gets the command that tells it instead.
 */
export function summaryOf(
  result: DemoResult,
  { isForPerson, nomadUi }: { readonly isForPerson: boolean; readonly nomadUi: string | null },
): string {
  const { instance, fingerprint, token } = result;
  const { id } = instance;
  const rows: readonly (readonly [string, string])[] = [
    ['gateway', instance.url],
    ['token', `./bin/clawdeploy.mjs access ${id}`],
    ...(isForPerson ? ([['', token]] as const) : []),
    ['open it', `./bin/clawdeploy.mjs open ${id}`],
    ...(nomadUi === null ? [] : ([['in Nomad', `${nomadUi}/jobs/${id}@default`]] as const)),
    ['proof', `the model was called with key ${fingerprint}, the one that was just set`],
  ];
  const times: readonly (readonly [string, string])[] = [
    ['claim answered', ms(result.claimMs)],
    ['ready', `${ms(result.readyMs)}${result.readyMs === null ? '' : '  after the claim'}`],
    ['key live', `${ms(result.keyLiveMs)}  after it was written`],
    ['first answer', `${ms(result.firstAnswerMs)}  after the key was written`],
    ['warm members', `${String(result.idleMembers).padStart(5)}     when the pool was full`],
  ];
  const lines = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, value]) => `  ${name.padEnd(16)}${value}\n`).join('');
  return `\nA tenant’s own gateway answers with the tenant’s own key.\n\n${lines(rows)}\n${lines(times)}\n`;
}

function ms(duration: number | null): string {
  return duration === null
    ? 'claimed in an earlier run'
    : `${String(Math.round(duration)).padStart(5)} ms`;
}
