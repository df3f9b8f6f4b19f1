/** How Nomad runs gateways here. */
export type InstanceDriver = 'exec' | 'raw_exec';

/** The driver that this user may use: isolation needs root. */
export function driverFor(isRoot: boolean): InstanceDriver {
  return isRoot ? 'exec' : 'raw_exec';
}

/** What each driver gives, and what is missing, in the words that setup and `make up` print. */
export const DRIVER_SENTENCES: Readonly<Record<InstanceDriver, string>> = {
  exec: 'exec: gateways run as their own user, see only their own files and are held to their memory',
  raw_exec:
    'raw_exec, since this is not root: gateways run with your rights, so that each can read your ' +
    "files and the other gateways' keys, and nothing limits their memory. Use it to develop, not " +
    'to host; as root they are isolated by exec.',
};
