import { createHash } from 'node:crypto';
import { Fault } from '../errors/index.js';

/** Characters of a tag: 132 bits of the digest, so that two representations never share one. */
const TAG_LENGTH = 22;

/**
 * The strong entity tag (RFC 9110, 8.8.3) of what is shown: a digest of all of it, so that nothing that
 * a caller can see changes without it.
 */
export function tagOf(body: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(body));
  return `"${hash.digest('base64url').slice(0, TAG_LENGTH)}"`;
}

/** Whether If-None-Match names the tag; a weak one of the same text counts, as for every GET. */
export function isNoneMatch(header: string, tag: string): boolean {
  return namedIn(header).some((one) => one === '*' || one.replace(/^W\//, '') === tag);
}

/** What a request says of the state that it was decided on. */
export interface Match {
  /** Throws `precondition_failed` unless If-Match names what is shown now, or the request has none. */
  assert(body: unknown): void;
  /** Throws `precondition_required` if the request has no If-Match. */
  demand(): void;
}

/** The conditions of an If-Match header; empty for none. A weak tag matches nothing. */
export function matchOf(header: string): Match {
  return {
    assert: (body) => {
      if (header === '') return;
      const tag = tagOf(body);
      if (namedIn(header).some((one) => one === '*' || one === tag)) return;
      throw new Fault(
        'precondition_failed',
        'It was changed since you read it: read it again, and decide anew.',
      );
    },
    demand: () => {
      if (header !== '') return;
      throw new Fault(
        'precondition_required',
        'Send If-Match with the ETag of what you read, or * to change whatever there is.',
      );
    },
  };
}

function namedIn(header: string): readonly string[] {
  return header
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
