import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { DRIVER_SENTENCES } from '../setup/driver.js';
import { instanceDriver } from './context.js';
import { stackLayout } from './layout.js';
import { readPorts } from './ports.js';
import { seconds, startProgress } from './progress.js';
import { readFleet, renderHeadline, renderProcesses } from './render-status.js';
import { showLogs } from './show-logs.js';
import { sentenceOf } from './stack-error.js';
import type { StackInfo } from './stack-info.js';
import { downStack, stackStatus, upStack } from './stack.js';

/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

interface UpFlags {
  readonly demo: boolean;
  readonly controlPlane: boolean;
  readonly edge: 'caddy' | 'traefik';
  readonly pools: string;
  readonly json?: boolean;
}

interface DownFlags {
  readonly purge?: boolean;
  readonly json?: boolean;
}

/** The repository that this file belongs to, whether it runs from its source or from the build. */
function findRoot(): string {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = join(folder, '..');
  return folder;
}

async function up(root: string, flags: UpFlags, signal: AbortSignal): Promise<void> {
  const beganAt = performance.now();
  const progress = startProgress(flags.json === true ? process.stderr : process.stdout);
  let info: StackInfo;
  try {
    info = await upStack({
      root,
      edge: flags.edge,
      pools: flags.pools,
      withControlPlane: flags.controlPlane,
      usualPorts: true,
      progress: (event) => {
        progress.show(event);
      },
      signal,
    });
  } finally {
    progress.close();
  }
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ urls: info.urls, wasRunning: info.wasRunning })}\n`);
  } else {
    process.stdout.write(summary(info, performance.now() - beganAt));
  }
  const demo = join(root, 'build', 'dist', 'tools', 'demo', 'main.js');
  const wantsDemo = flags.demo && flags.controlPlane && !info.wasRunning && existsSync(demo);
  if (wantsDemo) process.exitCode = await runDemo(root, demo);
}

function summary(info: StackInfo, tookMs: number): string {
  const { urls, layout, edge } = info;
  const lines = [
    info.wasRunning ? 'The stack is running.' : `The stack is up after${seconds(tookMs)}.`,
    '',
    `  API      ${urls.api}/docs`,
    `  ${edge.padEnd(8)} http://<instance>.${info.baseDomain}:${info.ports.edge}`,
    `  Nomad    ${urls.nomad}/ui     token in ${info.secretFile('nomad-operator.token')}`,
    `  Consul   ${urls.consul}/ui     token in ${info.secretFile('consul-management.token')}`,
    `  Vault    ${urls.vault}/ui     token in ${info.secretFile('vault-root.token')}`,
    '',
    `  driver   ${DRIVER_SENTENCES[instanceDriver()]}`,
    `  logs in ${layout.logs}; \`make status\`, \`make logs\`, \`make down\``,
    '',
  ];
  return `\n${lines.join('\n')}\n`;
}

/** Its own Ctrl-C is the demo's to handle; the stack stays up either way. */
function runDemo(root: string, entry: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const demo = spawn(process.execPath, ['--enable-source-maps', entry], {
      cwd: root,
      stdio: 'inherit',
    });
    demo.once('error', reject);
    demo.once('exit', (code) => {
      resolve(code ?? INTERRUPTED);
    });
  });
}

async function status(root: string, asJson: boolean): Promise<void> {
  const layout = stackLayout(root);
  const state = stackStatus(layout.stateDir);
  const ports = readPorts(layout);
  const isUp = state !== null && state.phase !== 'failed';
  const fleet =
    isUp && state.withControlPlane && ports !== null ? await readFleet(layout, ports) : null;
  if (!isUp) process.exitCode = 1;
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ ...state, phase: state?.phase ?? 'down', fleet })}\n`);
    return;
  }
  if (state === null || ports === null) {
    process.stdout.write('The stack is not running; start it with `make up`.\n');
    return;
  }
  if (state.failure !== null) {
    process.stdout.write(`The last start failed: ${state.failure}\n`);
    return;
  }
  process.stdout.write(`${renderHeadline(state)}\n\n${renderProcesses(state, new Date())}\n`);
  if (!state.withControlPlane) return;
  if (fleet === null) {
    process.stdout.write('\npools and instances are not known: the API cannot answer now.\n');
    return;
  }
  const list = (title: string, lines: readonly string[]): string =>
    `\n${title}: ${lines.length === 0 ? 'none' : ''}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  process.stdout.write(list('pools', fleet.pools) + list('instances', fleet.instances));
}

async function down(root: string, { purge = false, json = false }: DownFlags): Promise<void> {
  const beganAt = performance.now();
  const { wasRunning } = await downStack(stackLayout(root).stateDir, { purge });
  if (json) {
    process.stdout.write(`${JSON.stringify({ wasRunning, purged: purge })}\n`);
    return;
  }
  const kept = purge
    ? 'Its state was deleted.'
    : 'Instances and keys are kept for the next `make up`.';
  const said = wasRunning
    ? `Stopped after${seconds(performance.now() - beganAt)}.`
    : 'Nothing ran.';
  process.stdout.write(`${said} ${kept}\n`);
}

async function main(): Promise<void> {
  const root = findRoot();
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      process.exitCode = INTERRUPTED;
      interrupt.abort();
    });
  }
  // Whoever reads along may have seen enough, as in `make status | head`.
  process.stdout.on('error', () => process.exit());
  const program = new Command('stack').description('The development stack of ClawDeploy.');
  program
    .command('up')
    .description('start everything, or say that it runs')
    .option('--no-demo', 'leave out the demonstration at the end')
    .option('--no-control-plane', 'start the servers and the edge only')
    .addOption(
      new Option('--edge <proxy>', 'proxy in front of the instances')
        .env('EDGE')
        .choices(['caddy', 'traefik'])
        .default('caddy'),
    )
    .addOption(
      new Option('--pools <targets>', 'idle members per size class')
        .env('CLAWDEPLOY_POOLS')
        .default('s=2'),
    )
    .option('--json', 'print addresses as JSON')
    .action((flags: UpFlags) => up(root, flags, interrupt.signal));
  program
    .command('down')
    .description('stop everything; the next `up` finds the same instances')
    .option('--purge', 'also delete all state, the data of instances included')
    .option('--json', 'print what was done as JSON')
    .action((flags: DownFlags) => down(root, flags));
  program
    .command('status')
    .description('show processes, pools and instances')
    .option('--json', 'print them as JSON')
    .action((flags: { json?: boolean }) => status(root, flags.json === true));
  program
    .command('logs')
    .argument('[name]', 'one process only')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --lines <count>', 'lines per log', '40')
    .action((name: string | undefined, flags: { follow?: boolean; lines: string }) =>
      showLogs(stackLayout(root), {
        name: name ?? null,
        lines: Number(flags.lines) || 40,
        follow: flags.follow === true,
        signal: interrupt.signal,
      }),
    );
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${sentenceOf(error)}\n`);
  process.exitCode ||= 1;
});
