import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { verdictOf } from './public-address.js';

/** The addresses that a name leads to; fails when there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What the system's resolver says. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** Why nothing is sent to an address; its message is a sentence for whoever chose it. */
export class AddressRefused extends Error {}

/** A name or address that does not exist, as far as anybody here knows. */
export class AddressUnknown extends Error {}

export interface StrangerPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bounds all of it, from the look-up of the name to the end of the answer. */
  readonly signal: AbortSignal;
}

export interface StrangerPostOptions {
  /** Also to this machine's own addresses, and in the clear: for development. */
  readonly mayUseLoopback: boolean;
  readonly resolve: Resolve;
  /** Certificates in PEM to trust in place of the usual ones. */
  readonly trustedCa?: string;
}

export interface StrangerAnswer {
  readonly status: number;
  /** Seconds, as `Retry-After` names them; null for none and for dates. */
  readonly retryAfterS: number | null;
}

/** Of an answer's body so much is read, and kept nowhere, so that connections end well. */
const ANSWER_BYTES_MAX = 16 * 1024;

/**
 * Where a request to `url` would go, each address checked. Fails with `AddressRefused` for anything
 * that is not https to public addresses alone, with `AddressUnknown` for a name that leads nowhere.
 */
export async function addressesOf(
  url: string,
  { mayUseLoopback, resolve }: Pick<StrangerPostOptions, 'mayUseLoopback' | 'resolve'>,
): Promise<readonly LookupAddress[]> {
  const { protocol, hostname, username, password } = new URL(url);
  const isClear = protocol === 'http:';
  if (username !== '' || password !== '') throw new AddressRefused('Leave out user and password.');
  if (protocol !== 'https:' && !(isClear && mayUseLoopback)) {
    throw new AddressRefused('Use an address that begins with https://.');
  }
  const literal = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(literal) === 0 ? await resolved(literal, resolve) : [literalOf(literal)];
  for (const { address } of addresses) {
    const verdict = verdictOf(address);
    const isAllowed = verdict === 'loopback' ? mayUseLoopback : verdict === 'public' && !isClear;
    if (!isAllowed) throw new AddressRefused('This leads to an address that is not public.');
  }
  return addresses;
}

/**
 * Sends a request to an address that a stranger chose. The connection goes to the very addresses that
 * were checked, whatever the name leads to by then. No redirect is followed, no proxy and no kept
 * connection used. Fails with the errors of `addressesOf` and of Node.
 */
export async function postToStranger(
  post: StrangerPost,
  options: StrangerPostOptions,
): Promise<StrangerAnswer> {
  const addresses = await orAborted(addressesOf(post.url, options), post.signal);
  const { url, headers, body, signal } = post;
  const length = String(Buffer.byteLength(body));
  const request: RequestOptions = {
    ...{ method: 'POST', headers: { ...headers, 'content-length': length }, signal },
    ...{ agent: false, lookup: pinned(addresses) },
  };
  const ca = options.trustedCa === undefined ? {} : { ca: options.trustedCa };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      resolve(afterBody(answer));
    };
    const sent: ClientRequest = url.startsWith('https:')
      ? https.request(url, { ...request, ...ca }, onAnswer)
      : http.request(url, request, onAnswer);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The answer is its head; of the body a bounded part is waited for, and its end is nobody's concern. */
function afterBody(answer: IncomingMessage): Promise<StrangerAnswer> {
  const { statusCode: status = 0, headers } = answer;
  const asked = headers['retry-after'] ?? '';
  const retryAfterS = /^\d{1,9}$/.test(asked) ? Number(asked) : null;
  return new Promise((resolve) => {
    let read = 0;
    answer.on('data', (piece: Buffer) => {
      read += piece.length;
      if (read > ANSWER_BYTES_MAX) answer.destroy();
    });
    // An answer that is cut off closes, too.
    answer.on('error', () => undefined);
    answer.on('close', () => {
      resolve({ status, retryAfterS });
    });
  });
}

/** In place of the system's: whoever answers for the name may answer otherwise the second time. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

async function resolved(hostname: string, resolve: Resolve): Promise<readonly LookupAddress[]> {
  try {
    const addresses = await resolve(hostname);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw new AddressUnknown('No address is known for this name.', { cause });
  }
  throw new AddressUnknown('No address is known for this name.');
}

function literalOf(address: string): LookupAddress {
  return { address, family: isIP(address) };
}

/** The system's resolver cannot be told to stop; whoever waits for it can. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(new AddressUnknown('Looking up the name took too long.'));
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
