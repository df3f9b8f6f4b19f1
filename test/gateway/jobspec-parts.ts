import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/servers.js';

/** What Nomad would give to a task of the instance's job. */
export interface TaskPlace {
  readonly port: number;
  readonly taskDir: string;
  readonly secretsDir: string;
  readonly programDir: string;
  readonly compileCacheDir: string;
  readonly url: string;
}

/**
 * The gateway's root configuration and environment as jobs/instance has them, filled in without
 * Nomad: what these tests run is the shipped text, not a copy that ages.
 */
export function jobspecParts(place: TaskPlace): {
  readonly rootConfig: string;
  readonly env: Readonly<Record<string, string>>;
  /** The plugin of the jobspec: what lies in local/browsers, by file name. */
  readonly plugin: Readonly<Record<string, string>>;
} {
  const jobspec = readFileSync(join(ROOT, 'jobs/instance/openclaw.nomad.hcl'), 'utf8');
  const rootConfig = matchOf(jobspec, /<<-EOT\n(\s*\{\n\s*\$include[\s\S]*?)\n\s*EOT/);
  const lines = matchOf(jobspec, /\n {6}env \{\n([\s\S]*?)\n {6}\}/).matchAll(
    /^\s*([A-Z_]+)\s*=\s*"(.*)"$/gm,
  );
  const env = Object.fromEntries(
    [...lines].map(([, name = '', value = '']) => [name, filled(value, place)]),
  );
  const plugin = Object.fromEntries(
    ['index.mjs', 'openclaw.plugin.json'].map((name) => [name, pluginFile(jobspec, name)]),
  );
  return { rootConfig: filled(rootConfig, place), env: { ...env, HOME: place.taskDir }, plugin };
}

/** The text of the template that makes local/browsers/`name`. */
function pluginFile(jobspec: string, name: string): string {
  const [before = ''] = jobspec.split(`"local/browsers/${name}"`);
  return matchOf(before.slice(before.lastIndexOf('<<-EOT')), /<<-EOT\n([\s\S]*?)\n\s*EOT/);
}

function filled(text: string, place: TaskPlace): string {
  const values: Readonly<Record<string, string>> = {
    '{{ env "NOMAD_PORT_http" }}': String(place.port),
    '{{ env "NOMAD_TASK_DIR" }}': place.taskDir,
    '{{ env "NOMAD_SECRETS_DIR" }}': place.secretsDir,
    '${NOMAD_TASK_DIR}': place.taskDir,
    '${var.bind}': 'loopback',
    '${var.heap_mib}': '1024',
    '${var.program_dir}': place.programDir,
    '${jsonencode(var.trusted_proxies)}': '["127.0.0.1"]',
    '${local.url}': place.url,
  };
  const done = Object.entries(values).reduce(
    (rest, [mark, value]) => rest.replaceAll(mark, value),
    text,
  );
  const [unknown] = /\{\{.*?\}\}|\$\{.*?\}/.exec(done) ?? [];
  if (unknown !== undefined) throw new Error(`the jobspec has ${unknown}, which is not known here`);
  return done;
}

function matchOf(text: string, pattern: RegExp): string {
  const [, found] = pattern.exec(text) ?? [];
  if (found === undefined) throw new Error('the jobspec is not laid out as this test expects');
  return found;
}
