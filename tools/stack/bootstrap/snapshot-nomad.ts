import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackContext } from '../context.js';
import { readText, writeAtomically } from '../files.js';
import { callApiOk } from '../http.js';
import { secretFile } from '../layout.js';

/**
 * Has Nomad take a snapshot, so that its next start knows its keyring and its node at once.
 *
 * Nomad's client calls the moment its server leads. The server checks who calls before it has read
 * its log; without a snapshot it knows neither the key that signed the client's identity nor the
 * node, refuses, and the client comes back after 15 to 30 s, in which no task is placed or revived.
 * What the client then asks for is read after the log, so an old snapshot never shows it old work.
 *
 * At the very first start there is no key at all: it happens without the client, which joins after
 * a first snapshot; a second one, with the node in it, follows.
 */
export async function snapshotNomad(
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

/** Whether an earlier start took a snapshot, so that the client may take part in this one. */
export function hasNomadSnapshot(context: Pick<StackContext, 'layout'>): boolean {
  return existsSync(mark(context));
}

function mark({ layout }: Pick<StackContext, 'layout'>): string {
  return join(layout.data, 'nomad.snapshot-taken');
}
