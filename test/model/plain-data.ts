/** A deep copy of plain data; several times quicker than structuredClone, which millions of copies feel. */
export function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const copy = { ...value };
  for (const name in copy) {
    const part = copy[name];
    if (typeof part === 'object' && part !== null) copy[name] = copyOf(part);
  }
  return copy;
}

/**
 * One string per value, the same for equal values of one type. Names are left out to keep it short,
 * so objects of a type must have their properties in one order, which copies keep.
 */
export function keyOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '+' : '-';
  if (!isObject(value)) return '_';
  let key = '(';
  for (const name in value) key += `${keyOf(value[name])},`;
  return `${key})`;
}

/** What differs between two values of one type, as `place: before → after`, for people. */
export function changesOf(before: unknown, after: unknown, place = ''): readonly string[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      changesOf(before[name], after[name], place === '' ? name : `${place}.${name}`),
    );
  }
  if (keyOf(before) === keyOf(after)) return [];
  return [`${place}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
