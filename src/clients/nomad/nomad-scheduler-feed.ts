import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import type { NodeListing, SchedulerFeed, SchedulerHint } from '../../ports/index.js';
import type { JsonClient } from '../http/json-client.js';
import { listAll } from './list-all.js';
import type { EventOptions } from './nomad-events.js';
import { readHints } from './nomad-events.js';
import { snapshotOfNodes } from './nomad-nodes.js';
import { PlacementList } from './feed-wire.js';

/** Two signs of life of Nomad's may be late: it gives one every 30 s (1.10 to 2.0). */
const SILENCE_MS = 65_000;
/** The changes of some thousand allocations; what is longer is read from a listing instead. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Nomad's changes, with the rights of nomad/acl/clawdeploy-controller: `read-job` for allocations
 * and their events, `node:read` for nodes.
 */
export class NomadSchedulerFeed implements SchedulerFeed {
  readonly #events: EventOptions;

  constructor(
    private readonly http: JsonClient,
    events: Partial<EventOptions> = {},
  ) {
    this.#events = { silenceMs: SILENCE_MS, lineBytesMax: LINE_BYTES_MAX, ...events };
  }

  nodes(afterIndex: string | null, signal: AbortSignal): Promise<NodeListing> {
    return snapshotOfNodes(this.http, afterIndex, signal);
  }

  async placements(signal: AbortSignal): Promise<ReadonlyMap<InstanceId, number>> {
    const query = { filter: 'JobID matches "^oc-"', task_states: false };
    const request = { path: '/allocations', query, signal };
    const newest = new Map<InstanceId, number>();
    for (const { JobID, ModifyIndex } of await listAll(this.http, request, PlacementList)) {
      if (isInstanceId(JobID)) newest.set(JobID, Math.max(ModifyIndex, newest.get(JobID) ?? 0));
    }
    return newest;
  }

  hints(signal: AbortSignal): AsyncIterable<SchedulerHint> {
    return readHints(this.http, this.#events, signal);
  }
}
