import { bodyParser } from '@koa/bodyparser';
import { Fault } from '../../errors/index.js';
import { JSON_BODY, MERGE_PATCH } from '../endpoint.js';
import { InvalidRequest } from '../problem.js';
import type { ApiMiddleware } from './state.js';

/** The longest body that is read, in bytes; a key is far shorter. */
export const BODY_BYTES_MAX = 65_536;

/** Parses JSON bodies within bounds. What was sent is never repeated in an error. */
export function jsonBody(): ApiMiddleware {
  const parse = bodyParser({
    enableTypes: ['json'],
    // Put in the places of the parser's own list, so that both are named.
    extendTypes: { json: [JSON_BODY, MERGE_PATCH] },
    jsonLimit: BODY_BYTES_MAX,
    onError: (error) => {
      throw refusalOf(error);
    },
  });
  return async (context, next) => {
    const length = Number(context.get('content-length') || '0');
    if (length > BODY_BYTES_MAX) throw tooLarge();
    const hasBody = length > 0 || context.get('transfer-encoding') !== '';
    if (hasBody && context.is(JSON_BODY, MERGE_PATCH) === false) {
      throw new InvalidRequest([
        { pointer: '', detail: `Send the body as ${JSON_BODY} and say so in Content-Type.` },
      ]);
    }
    await parse(context, next);
  };
}

function refusalOf(error: Error): Fault {
  const isTooLarge = 'status' in error && error.status === 413;
  if (isTooLarge) return tooLarge();
  return new InvalidRequest([{ pointer: '', detail: 'The body is not valid JSON.' }]);
}

function tooLarge(): Fault {
  return new Fault(
    'request_too_large',
    `The body is longer than ${BODY_BYTES_MAX / 1024} KiB; nothing was kept of it.`,
  );
}
