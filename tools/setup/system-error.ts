/** What a person can do about the failures that the machine itself reports, by their code. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run this again',
  EDQUOT: "this user's share of the disk is used up; free some space and run this again",
  EROFS: 'that disk is read-only; use a folder that can be written',
  EACCES: 'this user has no right to it; give it back to them (`chown`), or use another folder',
  EPERM: 'this user has no right to it; give it back to them (`chown`), or use another folder',
};

/**
 * One sentence for a failure of the operating system that a person can mend, or null for any other.
 *
 * Node names the path when a file cannot be opened, and not when a write to it fails.
 */
export function explainSystemError(error: unknown): string | null {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return null;
  const remedy = REMEDIES[error.code];
  if (remedy === undefined) return null;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : null;
  return `${path === null ? 'A file' : path} could not be written or read: ${remedy}.`;
}
