import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Where an installation is and how to get in. */
export interface Connection {
  readonly apiUrl: string;
  /** File with the bearer token; read at each use, so that it may be replaced. */
  readonly tokenFile: string;
  /** Where the edge listens; null where only the API is known. */
  readonly edgeUrl: string | null;
  /** Instances answer at `<id>.<this domain>`; null where only the API is known. */
  readonly baseDomain: string | null;
  /** The folder of the development stack that this leads to; null for any other installation. */
  readonly stateDir: string | null;
}

const CliFile = z.object({
  apiUrl: z.url(),
  tokenFile: z.string().min(1),
  edgeUrl: z.url(),
  baseDomain: z.string().min(1),
});

const FILE = join('.clawdeploy', 'cli.json');

/** The cli.json that `make up` wrote in `folder` or in one above it; null when there is none. */
export function findConnectionFile(folder: string): string | null {
  const path = join(folder, FILE);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? null : findConnectionFile(parent);
}

/** What a cli.json says; throws a sentence when it is not one. */
export function readConnectionFile(path: string): Connection {
  try {
    const parsed = CliFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { ...parsed, stateDir: dirname(path) };
  } catch (cause) {
    throw new Error(`${path} cannot be read or is damaged; \`make up\` writes it anew.`, { cause });
  }
}

/** The bearer token of a connection; throws a sentence when its file cannot be read. */
export function readToken({ tokenFile }: Pick<Connection, 'tokenFile'>): string {
  try {
    return readFileSync(tokenFile, 'utf8').trim();
  } catch (cause) {
    throw new Error(`The token file ${tokenFile} cannot be read.`, { cause });
  }
}
