/** Values for the variables that a jobspec declares, by their names. */
export type HclVariables = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Variables as the text that Nomad's parser takes beside a jobspec. Values are data: quotes and
 * template marks in them are escaped, so no value can become a part of the jobspec's program.
 */
export function renderHclVariables(variables: HclVariables): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!NAME.test(name)) throw new TypeError(`${name} is no name of an HCL variable`);
      return `${name} = ${literalOf(value)}\n`;
    })
    .join('');
}

function literalOf(value: HclVariables[string]): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object') return `[${value.map(quoted).join(', ')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError('HCL has no number that is not finite');
  }
  return String(value);
}

/** The escapes of JSON are valid in HCL; beyond them, `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (mark) => mark + mark);
}
