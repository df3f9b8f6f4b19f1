import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Fault } from '../errors/index.js';
import type { SettingName } from './settings.js';
import { SETTINGS } from './settings.js';

/** The settings of one process, checked as a whole and frozen. */
export type Config = { readonly [Name in SettingName]: z.infer<(typeof SETTINGS)[Name]> };

/** Variables that switch TLS checks off behind our back; nothing starts with them set. */
const UNSAFE_VARIABLES = ['VAULT_SKIP_VERIFY', 'NODE_TLS_REJECT_UNAUTHORIZED'];

/**
 * The configuration of a process that needs the settings `needed`, with every complaint in one
 * message. Settings that it does not need may be absent; asking for one then is a bug that
 * `require` reports.
 */
export function readConfig(
  needed: readonly SettingName[],
  environment: NodeJS.ProcessEnv = process.env,
): Partial<Config> {
  const complaints = UNSAFE_VARIABLES.filter((name) => environment[name] !== undefined).map(
    (name) => `${name} is set, which would switch TLS checks off; unset it`,
  );
  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(SETTINGS)) {
    const text = environment[name];
    const outcome = schema.safeParse(text === '' ? undefined : text);
    if (outcome.success) {
      config[name] = outcome.data;
    } else if (text !== undefined || needed.includes(name as SettingName)) {
      const reason = text === undefined ? 'is not set' : issuesOf(outcome.error);
      complaints.push(`${name} ${reason} (${schema.description ?? ''})`);
    }
  }
  complaints.push(...complaintsAboutPools(config));
  if (complaints.length > 0) {
    throw new Fault('config_invalid', `Cannot start: ${complaints.join('; ')}`);
  }
  return Object.freeze(config);
}

/** What settings say that are each right by themselves and cannot all hold. */
function complaintsAboutPools(config: Partial<Config>): readonly string[] {
  const { CLAWDEPLOY_POOLS: pools = [], CLAWDEPLOY_MEMBERS_MAX: membersMax = Infinity } = config;
  return pools
    .filter(({ idleCeiling }) => idleCeiling > membersMax)
    .map(({ sizeClass, region, idleCeiling }) => {
      const pool = region === null ? sizeClass : `${sizeClass}@${region}`;
      return (
        `CLAWDEPLOY_POOLS keeps up to ${idleCeiling} idle members of ${pool}, but ` +
        `CLAWDEPLOY_MEMBERS_MAX lets only ${membersMax} exist; raise it or lower the ceiling`
      );
    });
}

/** The content of a secret file without the line end; a missing one is a complaint, not a crash. */
export function readSecretFile(name: SettingName, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Fault('config_invalid', `Cannot start: ${name} names a file that cannot be read.`, {
      cause,
    });
  }
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ message }) => message).join(', ');
}
