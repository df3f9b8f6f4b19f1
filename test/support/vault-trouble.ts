import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sendSignal } from '../../tools/stack/processes.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { stackStatus } from '../../tools/stack/stack.js';
import { pauseChild } from './stack-eyes.js';
import { waitFor } from './wait-for.js';

const Accessors = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const Token = z.object({ data: z.object({ meta: z.record(z.string(), z.string()).nullable() }) });

/** What may happen to the Vault of a stack, and how it ends again. */
export class VaultTrouble {
  constructor(private readonly info: StackInfo) {}

  /** Seals Vault, and keeps the supervisor from unsealing it until the returned function is called. */
  async seal(): Promise<() => Promise<void>> {
    const release = this.#holdSupervisor();
    await this.#admin('PUT', 'sys/seal');
    return () => this.#healed(release);
  }

  /** Vault neither answers nor refuses until the returned function is called. */
  stall(): () => Promise<void> {
    const release = this.#holdSupervisor();
    const resume = pauseChild(this.info, 'vault');
    return () => {
      resume();
      return this.#healed(release);
    };
  }

  /** Revokes all tokens that roles of the control plane have; returns how many there were. */
  async revokeTokens(): Promise<number> {
    const { data } = Accessors.parse(await this.#admin('LIST', 'auth/token/accessors'));
    let revoked = 0;
    for (const accessor of data.keys) {
      const seen = Token.safeParse(
        await this.#admin('PUT', 'auth/token/lookup-accessor', { accessor }),
      );
      const role = seen.data?.data.meta?.['role_name'] ?? '';
      if (!role.startsWith('clawdeploy-')) continue;
      await this.#admin('PUT', 'auth/token/revoke-accessor', { accessor });
      revoked += 1;
    }
    return revoked;
  }

  async #healed(release: () => void): Promise<void> {
    release();
    const isWell = async (): Promise<boolean> => {
      const health = await fetch(`${this.info.urls.vault}/v1/sys/health`).catch(() => null);
      return health?.status === 200;
    };
    await waitFor(isWell, { withinMs: 30_000, describe: 'Vault to be unsealed' });
  }

  /** It would unseal Vault, or start another one. */
  #holdSupervisor(): () => void {
    const supervisor = stackStatus(this.info.layout.stateDir)?.supervisor;
    if (supervisor === undefined) throw new Error('the supervisor does not run');
    sendSignal(supervisor, 'SIGSTOP');
    return () => {
      sendSignal(supervisor, 'SIGCONT');
    };
  }

  async #admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const root = (await readFile(this.info.secretFile('vault-root.token'), 'utf8')).trim();
    const reply = await fetch(`${this.info.urls.vault}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': root },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return text === '' ? null : JSON.parse(text);
  }
}
