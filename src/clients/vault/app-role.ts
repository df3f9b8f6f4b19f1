import { readFile } from 'node:fs/promises';
import { Fault } from '../../errors/index.js';

/** What a role of the service proves itself with. */
export interface AppRole {
  readonly roleId: string;
  readonly secretId: string;
}

/**
 * Reads an AppRole from its two files, anew at every login, so that replacing the secret id needs
 * no restart. Fails with `config_invalid` when a file cannot be read.
 */
export function appRoleFromFiles(files: {
  readonly roleIdFile: string;
  readonly secretIdFile: string;
}): () => Promise<AppRole> {
  return async () => ({
    roleId: await textOf(files.roleIdFile),
    secretId: await textOf(files.secretIdFile),
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Fault('config_invalid', 'A file of the Vault login cannot be read.', {
      details: { file },
      cause,
    });
  }
}
