import type { Instance } from '../client/operation.js';

/** Rows as aligned columns under a header; `whenEmpty` instead of a header without rows. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  whenEmpty: string,
): string {
  if (rows.length === 0) return `${whenEmpty}\n`;
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Names and values below each other; values that are null are left out. */
export function facts(pairs: Readonly<Record<string, string | null>>): string {
  const shown = Object.entries(pairs).filter(([, value]) => value !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value ?? ''}\n`).join('');
}

/** A duration as people say it: `42 ms`, `1.3 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Everything about an instance that is not a secret. */
export function describeInstance(instance: Instance): string {
  const { id, state, progress, failure, keys } = instance;
  const keyNames = keys.map((key) => (key.state === 'live' ? key.name : `${key.name} (pending)`));
  const doing =
    progress === null ? '' : `, step ${progress.step} of ${progress.of}: ${progress.what}`;
  const pairs = facts({
    state: `${state}${doing}`,
    failure: failure === null ? null : failure.sentence,
    url: instance.url,
    tenant: instance.tenant,
    name: instance.name,
    size: instance.sizeClass,
    keys: keyNames.length === 0 ? 'none' : keyNames.join(', '),
    openclaw: instance.openclawVersion,
    created: instance.createdAt,
    ready: instance.readyAt,
    'destroyed at': instance.destroyAt ?? null,
  });
  return `${id}\n${pairs}`;
}
