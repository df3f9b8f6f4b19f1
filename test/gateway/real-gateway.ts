import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { OpenClawGateway } from '../../src/clients/openclaw/open-claw-gateway.js';
import { LIVE_PLACEHOLDER } from '../../src/domain/gateway-config.js';
import type { Toolchain } from '../../tools/setup/toolchain.js';
import { freePort } from '../support/free-port.js';
import { filesHolding } from '../support/leaks/forms.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { jobspecParts } from './jobspec-parts.js';

const run = promisify(execFile);

/** A boot takes 10–25 s, and longer while the machine does other things. */
const START_WITHIN_MS = 120_000;
const APPLY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 20_000;

const PAGE_CLIENT = fileURLToPath(new URL('./page-client.mjs', import.meta.url));

/** Where the configuration lets the gateway's page come from. */
const PAGE_ORIGIN = 'http://oc-aaaaaaaaaaaa.claws.localhost';

const { signal } = new AbortController();

/** What Nomad's templates would bring to the gateway. */
export interface Brought {
  readonly revision: number;
  readonly token: string;
  readonly keys: Readonly<Record<string, string>>;
  /** With the placeholder for what is live, as renderTenantConfig gives it. */
  readonly config: string;
}

/** What became of a visit: `connected`, or the code of the gateway's refusal. */
export interface Visit {
  readonly outcome: string;
  readonly attempts: number;
}

/** A browser that is connected to the gateway. */
export interface Guest {
  /** False once the gateway has ended its connection. */
  readonly isThere: () => boolean;
  readonly leave: () => void;
}

/**
 * A real OpenClaw with the configuration and environment of the jobspec, and files in the places
 * that Nomad's templates fill: the instance contract without Nomad and Vault.
 */
export class RealGateway {
  readonly address: string;
  readonly url: string;
  readonly #transport: HttpTransport;
  readonly client: OpenClawGateway;

  private constructor(
    private readonly dir: string,
    private readonly child: ChildProcess,
    private readonly node: string,
    /** OpenClaw's own command, with the gateway's environment and folder. */
    private readonly command: (args: readonly string[]) => ChildProcess,
    port: number,
  ) {
    this.address = `127.0.0.1:${String(port)}`;
    this.url = `http://${this.address}`;
    this.#transport = new HttpTransport({ system: 'gateway', baseUrl: this.url });
    this.client = new OpenClawGateway(this.#transport);
  }

  /** Starts it with what it is first brought; resolves once it has started. */
  static async start(toolchain: Toolchain, brought: Brought): Promise<RealGateway> {
    const dir = await makeTempDir();
    const port = await freePort();
    const [taskDir, secretsDir] = [join(dir, 'local'), join(dir, 'secrets')];
    const { rootConfig, env, plugin } = jobspecParts({
      port,
      taskDir,
      secretsDir,
      programDir: toolchain.openclaw.dir,
      compileCacheDir: toolchain.compileCacheDir,
      url: PAGE_ORIGIN,
    });
    await mkdir(taskDir);
    await mkdir(secretsDir, { mode: 0o700 });
    await writeFile(join(taskDir, 'openclaw.json'), rootConfig, { mode: 0o600 });
    await mkdir(join(taskDir, 'browsers'));
    for (const [name, text] of Object.entries(plugin)) {
      await writeFile(join(taskDir, 'browsers', name), text, { mode: 0o600 });
    }
    await writeSecrets(secretsDir, brought);
    await writeTrigger(taskDir, brought);

    const output = await open(join(dir, 'output.log'), 'a', 0o600);
    const entry = join(toolchain.openclaw.dir, 'node_modules/openclaw/dist/index.js');
    const whole = { ...env, NODE_COMPILE_CACHE: toolchain.compileCacheDir };
    const child = spawn(toolchain.node.path, [entry, 'gateway', 'run'], {
      cwd: taskDir,
      env: whole,
      stdio: ['ignore', output.fd, output.fd],
    });
    const command = (args: readonly string[]): ChildProcess =>
      spawn(toolchain.node.path, [entry, ...args], {
        cwd: taskDir,
        env: whole,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    await output.close();
    // A test run that dies early must not leave a gateway behind.
    process.once('exit', () => child.kill('SIGKILL'));
    const gateway = new RealGateway(dir, child, toolchain.node.path, command, port);
    try {
      await gateway.#started();
      return gateway;
    } catch (error) {
      const output = await readFile(join(dir, 'output.log'), 'utf8');
      await gateway.stop();
      throw new Error(`the gateway did not start: ${output.slice(-2000)}`, { cause: error });
    }
  }

  get pid(): number | undefined {
    return this.child.exitCode === null ? this.child.pid : undefined;
  }

  /** Brings secrets first, then the trigger, as the jobspec's templates do; waits until applied. */
  async bring(brought: Brought): Promise<void> {
    await writeSecrets(join(this.dir, 'secrets'), brought);
    await writeTrigger(join(this.dir, 'local'), brought);
    await waitFor(async () => (await this.revision()) === brought.revision, {
      withinMs: APPLY_WITHIN_MS,
      describe: `revision ${String(brought.revision)} to be applied`,
      everyMs: 10,
    });
  }

  /** Replaces the trigger file by any text, without waiting for anything. */
  async bringText(content: string): Promise<void> {
    await replaceFile(join(this.dir, 'local', 'tenant.json'), content);
  }

  /** Replaces the file of secrets alone, which the gateway does not watch. */
  async bringSecrets(brought: Brought): Promise<void> {
    await writeSecrets(join(this.dir, 'secrets'), brought);
  }

  revision(): Promise<number | null> {
    return this.client.appliedRevision(this.address, signal);
  }

  /** What a browser that was never there before comes to when it connects (page-client.mjs). */
  async visit(token: string, clientId = 'openclaw-control-ui'): Promise<Visit> {
    const client = spawn(this.node, [PAGE_CLIENT], { stdio: ['pipe', 'pipe', 'inherit'] });
    const url = `ws://${this.address}/`;
    client.stdin.end(JSON.stringify({ url, origin: PAGE_ORIGIN, token, clientId }));
    return JSON.parse(await text(client.stdout)) as Visit;
  }

  /** A browser that connects and stays; whoever asked for it has to send it away. */
  async welcome(token: string): Promise<Guest> {
    const client = spawn(this.node, [PAGE_CLIENT], { stdio: ['pipe', 'pipe', 'inherit'] });
    process.once('exit', () => client.kill('SIGKILL'));
    let said = '';
    client.stdout.on('data', (part: Buffer) => (said += part.toString()));
    const order = { url: `ws://${this.address}/`, origin: PAGE_ORIGIN, token, stays: true };
    client.stdin.end(JSON.stringify({ ...order, clientId: 'openclaw-control-ui' }));
    await waitFor(() => said.includes('\n'), { withinMs: APPLY_WITHIN_MS, describe: 'a visit' });
    if (!said.includes('connected')) throw new Error(`the browser was not let in: ${said}`);
    return { isThere: () => !said.includes('ended'), leave: () => void client.kill('SIGKILL') };
  }

  /** What OpenClaw's own audit of its secrets says: how it ended, and what it found. */
  async auditSecrets(): Promise<{ readonly exitCode: number | null; readonly report: string }> {
    const child = this.command(['secrets', 'audit', '--check', '--json']);
    if (child.stdout === null) throw new Error('the audit has no output');
    const [report] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { exitCode: child.exitCode, report };
  }

  /** The gateway's own log, which holds what it made of a file. */
  log(): Promise<string> {
    return readFile(join(this.dir, 'local', 'log', 'openclaw.log'), 'utf8');
  }

  /** Files of the gateway's state that contain one of `forms`. */
  stateHolding(forms: readonly string[]): Promise<readonly string[]> {
    return filesHolding(join(this.dir, 'local', 'state'), forms);
  }

  /** Has the gateway back itself up, and unpacks that; resolves to the folder. */
  async exportBackup(): Promise<string> {
    const folder = join(this.dir, 'export');
    await mkdir(folder, { recursive: true });
    const child = this.command(['backup', 'create', '--output', folder, '--json']);
    if (child.stdout === null) throw new Error('the backup has no output');
    const [report] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const [archive] = (await readdir(folder)).filter((name) => /\.t(ar\.)?gz$/.test(name));
    if (archive === undefined) throw new Error(`no archive: ${report}`);
    await run('tar', ['-xzf', join(folder, archive), '-C', folder]);
    await rm(join(folder, archive));
    return folder;
  }

  async stop(): Promise<void> {
    this.#transport.close();
    if (this.pid !== undefined) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(timer);
    }
    await removeTempDir(this.dir);
  }

  async #started(): Promise<void> {
    await waitFor(
      async () => {
        if (this.pid === undefined) return 'exited';
        const state = await this.client.startupState(this.address, signal);
        return state === 'started' ? state : null;
      },
      { withinMs: START_WITHIN_MS, describe: 'the gateway to start', everyMs: 200 },
    ).then((state) => {
      if (state === 'exited') throw new Error('it exited');
    });
  }
}

async function writeSecrets(dir: string, { token, keys }: Brought): Promise<void> {
  await replaceFile(join(dir, 'keys.json'), JSON.stringify({ gateway: { token }, keys }));
}

async function writeTrigger(dir: string, { config, revision }: Brought): Promise<void> {
  const live = `revision=${String(revision)}; token=1; keys=1`;
  await replaceFile(join(dir, 'tenant.json'), config.replaceAll(LIVE_PLACEHOLDER, live));
}

/** By a rename, as Nomad does it: a reader sees the old file or the new one, never half of one. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
