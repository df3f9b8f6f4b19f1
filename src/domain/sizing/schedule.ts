/** A time of day, week or year that asks for a higher floor. */
export interface PoolOverride {
  /** Five cron fields: when it begins. */
  readonly cron: string;
  /** IANA name, such as `Europe/Paris`; daylight saving is followed. */
  readonly timeZone: string;
  readonly forMinutes: number;
  readonly idleFloor: number;
}
