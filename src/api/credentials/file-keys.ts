import { readFile, stat } from 'node:fs/promises';
import type { JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet } from 'jose';
import { Fault } from '../../errors/index.js';
import { Jwks } from './jwks.js';
import type { KeySource } from './token-verifier.js';

/** Keys from a JWKS file, which is read again as soon as it has changed. */
export function fileKeys(path: string): KeySource {
  let keys: JWTVerifyGetKey | null = null;
  let readAtMs = -1;
  return async () => {
    try {
      const { mtimeMs } = await stat(path);
      if (keys === null || mtimeMs !== readAtMs) {
        keys = createLocalJWKSet(Jwks.parse(JSON.parse(await readFile(path, 'utf8'))));
        readAtMs = mtimeMs;
      }
      return keys;
    } catch (cause) {
      const sentence = 'Tokens cannot be checked right now; tell the operator.';
      throw new Fault('internal', sentence, { cause });
    }
  };
}
