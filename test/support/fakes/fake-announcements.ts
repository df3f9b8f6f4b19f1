import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { Announcement, Announcements } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

const BYTES_MAX = 64 * 1024;

/** Announcements in memory. */
export class FakeAnnouncements implements Announcements {
  readonly trouble = new Trouble<keyof Announcements>('nomad_unreachable');
  readonly #published = new Map<InstanceId, Announcement>();

  announce(
    instanceId: InstanceId,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'announced' | 'already_newer'> {
    return this.trouble.meet('announce', signal, () => {
      if (Buffer.byteLength(announcement.config) > BYTES_MAX) {
        throw new Fault('request_too_large', 'An announcement may have 64 KiB at most.');
      }
      const revision = this.#published.get(instanceId)?.revision ?? -1;
      if (revision >= announcement.revision) return 'already_newer';
      this.#published.set(instanceId, announcement);
      return 'announced';
    });
  }

  read(instanceId: InstanceId, signal: AbortSignal): Promise<Announcement | null> {
    return this.trouble.meet('read', signal, () => this.published(instanceId));
  }

  withdraw(instanceId: InstanceId, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('withdraw', signal, () => {
      this.#published.delete(instanceId);
    });
  }

  listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]> {
    return this.trouble.meet('listInstanceIds', signal, () => [...this.#published.keys()]);
  }

  /** What the instance's templates would see, free of any trouble. */
  published(instanceId: InstanceId): Announcement | null {
    return this.#published.get(instanceId) ?? null;
  }
}
