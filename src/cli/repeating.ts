/** The option that makes a command safe to be called again. */
export interface RepeatFlag {
  readonly idempotencyKey?: string;
}

/** What is sent of it: nothing where it was not given. */
export function repeating({ idempotencyKey }: RepeatFlag): RepeatFlag {
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}
