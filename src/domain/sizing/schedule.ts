import { Cron } from 'croner';

/** A time of day, week or year that asks for a higher floor. */
export interface PoolOverride {
  /** Five cron fields: when it begins. */
  readonly cron: string;
  /** IANA name, such as `Europe/Paris`; daylight saving is followed. */
  readonly timeZone: string;
  readonly forMinutes: number;
  readonly idleFloor: number;
}

/** A week: what lasts longer is a floor of the pool itself. */
const FOR_MINUTES_MAX = 7 * 24 * 60;

/** The highest floor that an override asks for at `now`; 0 when none is in force. */
export function activeFloor(overrides: readonly PoolOverride[], now: Date): number {
  return overrides
    .filter((override) => isInForce(override, now))
    .reduce((highest, { idleFloor }) => Math.max(highest, idleFloor), 0);
}

/** What is wrong with an override, as a sentence for whoever wrote it; null when nothing is. */
export function checkOverride(override: PoolOverride): string | null {
  const { cron, timeZone, forMinutes, idleFloor } = override;
  if (!Number.isInteger(forMinutes) || forMinutes < 1 || forMinutes > FOR_MINUTES_MAX) {
    return `forMinutes must be a whole number from 1 to ${String(FOR_MINUTES_MAX)}.`;
  }
  if (!Number.isInteger(idleFloor) || idleFloor < 0) return 'idleFloor must be 0 or more.';
  if (!isTimeZone(timeZone)) return `${timeZone} is not a time zone; write one like Europe/Paris.`;
  if (patternOf({ cron, timeZone }) === null) {
    return `"${cron}" is not five cron fields; "0 8 * * 1-5" is 8:00 from Monday to Friday.`;
  }
  return null;
}

/** In force from each of its beginnings on, for so many minutes. */
function isInForce(override: PoolOverride, now: Date): boolean {
  const pattern = patternOf(override);
  if (pattern === null) return false;
  // A moment later, so that the very instant of a beginning counts.
  const [began] = pattern.previousRuns(1, new Date(now.getTime() + 1));
  return began !== undefined && now.getTime() - began.getTime() < override.forMinutes * 60_000;
}

/** The pattern, which starts no timer of its own; null when it is malformed. */
function patternOf({ cron, timeZone }: Pick<PoolOverride, 'cron' | 'timeZone'>): Cron | null {
  try {
    return new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part' });
  } catch {
    return null;
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
