import type { InstanceId } from '../domain/ids.js';

/**
 * What a running instance is told: which revision of its configuration and which secret versions
 * to use. Free of secrets; at most 64 KiB as a whole.
 */
export interface Announcement {
  readonly revision: number;
  readonly gatewayVersion: number;
  /** 0 while the instance has no keys. */
  readonly keyVersion: number;
  /** The hot part of the gateway's configuration, as JSON text. */
  readonly config: string;
}

/**
 * The channel from the control plane to running instances: one Nomad Variable each, which a
 * template in the task watches. Fails with `nomad_unreachable` or `nomad_refused`.
 */
export interface Announcements {
  /**
   * Publishes `announcement` unless one of the same or a higher revision is there already; a
   * writer that was overtaken between look and write gets the conflict `write_superseded`.
   * Returns whether anything was written.
   */
  announce(
    instanceId: InstanceId,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'announced' | 'already_newer'>;
  read(instanceId: InstanceId, signal: AbortSignal): Promise<Announcement | null>;
  /** Removes the announcement; one that is gone counts as removed. */
  withdraw(instanceId: InstanceId, signal: AbortSignal): Promise<void>;
  /** All instances that have an announcement. */
  listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]>;
}
