import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connection } from './connection-file.js';
import { findConnectionFile, readConnectionFile, readToken } from './connection-file.js';
import { usage } from './cli-failure.js';

/** What the command line takes from the process it runs in. */
export interface Environment {
  /** Where cli.json is looked for, from here upwards. */
  readonly folder: string;
  /** `CLAWDEPLOY_API_URL` and `CLAWDEPLOY_TOKEN_FILE`; they go before cli.json. */
  readonly apiUrl: string | undefined;
  readonly tokenFile: string | undefined;
  /** The tenant that an operator claims for who names none: themselves. */
  readonly login: string;
  /** The program that shows a page to this person, or null where there is no screen. */
  readonly pageOpener: string | null;
}

/** Reads the environment, once, at the start. */
export function readEnvironment(): Environment {
  const { CLAWDEPLOY_API_URL, CLAWDEPLOY_TOKEN_FILE, DISPLAY, WAYLAND_DISPLAY } = process.env;
  const hasScreen = [DISPLAY, WAYLAND_DISPLAY].some((name) => name !== undefined && name !== '');
  return {
    folder: process.cwd(),
    apiUrl: CLAWDEPLOY_API_URL,
    tokenFile: CLAWDEPLOY_TOKEN_FILE,
    login: userInfo().username,
    pageOpener: process.platform === 'darwin' ? 'open' : hasScreen ? 'xdg-open' : null,
  };
}

/** The installation to speak to, or a sentence on how to name one. */
export function connectionOf({ folder, apiUrl, tokenFile }: Environment): Connection {
  if (apiUrl !== undefined) {
    if (tokenFile === undefined) {
      throw usage('CLAWDEPLOY_API_URL is set; set CLAWDEPLOY_TOKEN_FILE to the token’s file too.');
    }
    return { apiUrl, tokenFile, edgeUrl: null, baseDomain: null, stateDir: null };
  }
  const file = findConnectionFile(folder);
  if (file === null) {
    throw usage(
      'No ClawDeploy is known here. Start one with `make up` in its repository and call this ' +
        'there, or set CLAWDEPLOY_API_URL and CLAWDEPLOY_TOKEN_FILE.',
    );
  }
  const connection = readConnectionFile(file);
  return tokenFile === undefined ? connection : { ...connection, tokenFile };
}

/** The bearer token of a connection, or a sentence on why there is none. */
export function tokenOf(connection: Connection): string {
  try {
    return readToken(connection);
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

/** The folder with package.json that this code belongs to, from its source or from the build. */
export function productRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The version in package.json. */
export function productVersion(): string {
  const manifest = readFileSync(join(productRoot(), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return version;
}
