import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StackContext } from '../context.js';
import { readText, writeAtomically } from '../files.js';
import { callApi, callApiOk, textAt } from '../http.js';
import { field } from '../json.js';
import type { StackLayout } from '../layout.js';
import { secretFile } from '../layout.js';
import { StackError } from '../stack-error.js';

/**
 * Brings Vault to where it serves: initialises it once, with one unseal key in a file of mode 600,
 * and unseals it whenever it is sealed. True when it is unsealed and active.
 *
 * A real installation unseals with a key in a cloud's key service or several people's hands; here
 * the key lies beside the data, which protects nothing but the habit.
 */
export async function openVault(context: StackContext, signal: AbortSignal): Promise<boolean> {
  const base = `http://127.0.0.1:${context.ports.vault}/v1/sys`;
  const status = await callApi(`${base}/seal-status`, { signal, limitMs: 2_000 });
  if (status.status !== 200) return false;
  if (field(status.json, 'initialized') !== true) await initialise(context, base, signal);
  if (field(status.json, 'sealed') !== false) await unseal(context, base, signal);
  const health = await callApi(`${base}/health`, { signal, limitMs: 2_000 });
  return health.status === 200;
}

async function initialise(
  { layout }: StackContext,
  base: string,
  signal: AbortSignal,
): Promise<void> {
  writeAtomically(initialisingMark(layout), '');
  const reply = await callApiOk(`${base}/init`, {
    method: 'PUT',
    body: { secret_shares: 1, secret_threshold: 1 },
    signal,
  });
  const keys = field(reply.json, 'keys_base64');
  const key: unknown = Array.isArray(keys) ? keys[0] : undefined;
  if (typeof key !== 'string') throw new Error('Vault gave no unseal key.');
  writeAtomically(secretFile(layout, 'vault-unseal.key'), `${key}\n`);
  writeAtomically(secretFile(layout, 'vault-root.token'), `${textAt(reply, 'root_token')}\n`);
  rmSync(initialisingMark(layout));
}

async function unseal({ layout }: StackContext, base: string, signal: AbortSignal): Promise<void> {
  const key = readText(secretFile(layout, 'vault-unseal.key'));
  if (key === null) {
    throw new StackError(
      `Vault is sealed and ${secretFile(layout, 'vault-unseal.key')} is gone; put the file back, ` +
        'or run `make down` and move the state folder away to start with an empty Vault.',
    );
  }
  await callApiOk(`${base}/unseal`, { method: 'PUT', body: { key }, signal });
}

/**
 * Throws away a Vault whose initialisation was cut off: it has no data yet and its key was never
 * written down, so it could never be opened again. Run before Vault starts.
 */
export function discardHalfMadeVault({ layout }: StackContext): void {
  if (!existsSync(initialisingMark(layout))) return;
  if (readText(secretFile(layout, 'vault-root.token')) === null) {
    rmSync(join(layout.data, 'vault'), { recursive: true, force: true });
    rmSync(secretFile(layout, 'vault-unseal.key'), { force: true });
  }
  rmSync(initialisingMark(layout));
}

function initialisingMark(layout: StackLayout): string {
  return join(layout.data, 'vault.initialising');
}
