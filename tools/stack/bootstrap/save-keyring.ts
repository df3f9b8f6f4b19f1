import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackContext } from '../context.js';
import { readText, writeAtomically } from '../files.js';
import { callApiOk } from '../http.js';
import { secretFile } from '../layout.js';

/**
 * Has Nomad take a snapshot, so that its next start finds its keyring before it accepts calls.
 *
 * Nomad's client registers the moment its server leads. Without a snapshot the server reads its
 * signing key from the log only then, refuses the client, and the client comes back after 15 to
 * 30 s, in which no task is placed or revived. With one it registers at the first attempt. At the
 * very first start there is no key at all; the client is therefore left out of it.
 */
export async function saveKeyring(
  { layout, ports }: StackContext,
  signal: AbortSignal,
): Promise<void> {
  const token = readText(secretFile(layout, 'nomad-management.token')) ?? '';
  // The archive in the answer is of no use; that the server made one is.
  await callApiOk(`http://127.0.0.1:${ports.nomadHttp}/v1/operator/snapshot`, {
    headers: { 'x-nomad-token': token },
    signal,
  });
  writeAtomically(mark({ layout }), '');
}

/** Whether an earlier start saved the keyring, so that the client may take part in this one. */
export function isKeyringSaved(context: Pick<StackContext, 'layout'>): boolean {
  return existsSync(mark(context));
}

function mark({ layout }: Pick<StackContext, 'layout'>): string {
  return join(layout.data, 'nomad.keyring-saved');
}
