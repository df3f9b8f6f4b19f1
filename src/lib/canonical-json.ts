/** What JSON can say. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text that RFC 8785 (JSON Canonicalization Scheme) gives to a value: no spaces, members
 * sorted by the UTF-16 code units of their names, strings and numbers as ECMAScript writes them.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
    .join(',')}}`;
}

/** `Array.isArray` does not narrow a type of lists that cannot be written to. */
function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
