/** The longest text that a log line keeps of anything, in characters. */
const TEXT_MAX = 2_000;

/**
 * Shapes of secrets: provider keys, bot tokens, Vault tokens, JWTs, bearer headers, and the password
 * in a URL. The parser of JSON quotes what it cannot parse, and other people's errors quote more.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(sk|pk|rk|gsk|xai|xox[abp])[-_][\w-]{8,}/g, '[redacted]'],
  [/\bAIza[\w-]{20,}/g, '[redacted]'],
  [/\b\d{6,12}:[\w-]{30,}/g, '[redacted]'],
  [/\bhv[sbr]\.[\w-]{8,}/g, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  [/(:\/\/[^\s:/@]*:)[^\s/@]+@/g, '$1[redacted]@'],
];

/**
 * `text` without what looks like a secret, and no longer than a line should be. The last fence
 * behind not logging secrets at all: it knows shapes, not secrets.
 */
export function scrub(text: string): string {
  const bounded = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return SECRETS.reduce((left, [shape, stand]) => left.replace(shape, stand), bounded);
}
