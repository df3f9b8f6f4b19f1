/**
 * Whether version `to` may break callers of `from`: a new major version may, and before 1.0 a new
 * minor one. This is what CHANGELOG.md promises.
 */
export function mayBreak(from: string, to: string): boolean {
  const [major, minor] = partsOf(from);
  const [nextMajor, nextMinor] = partsOf(to);
  if (nextMajor !== major) return nextMajor > major;
  return major === 0 && nextMinor > minor;
}

function partsOf(version: string): readonly [number, number] {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  return [major, minor];
}
