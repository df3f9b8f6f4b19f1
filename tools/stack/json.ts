/** The field `name` of a JSON object, or undefined where there is no such object or field. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

/** The field as text: a number in digits, and empty where it is absent or anything else. */
export function textField(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}
