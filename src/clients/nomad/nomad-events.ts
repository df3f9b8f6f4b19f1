import { isInstanceId } from '../../domain/ids.js';
import type { SchedulerHint } from '../../ports/index.js';
import type { HttpRequest } from '../http/http-transport.js';
import type { JsonClient } from '../http/json-client.js';
import { parseReply } from '../http/json-client.js';
import { refusal, unreachable } from '../http/outside-faults.js';
import { EventLine, PlacementList } from './feed-wire.js';

export interface EventOptions {
  /** How long Nomad may be silent; it gives a sign of life every 30 s. */
  readonly silenceMs: number;
  /** The longest line that is read: the events of one write, each with its whole allocation. */
  readonly lineBytesMax: number;
}

const STREAM = '/event/stream';

/**
 * Nomad's event stream as hints: changes of allocations, whose events name their job.
 *
 * Nomad keeps a limited number of events on each server, and none over a restart; it says nothing of
 * what it has lost. So each stream begins with `missed`, and a line that is too long is one more.
 */
export async function* readHints(
  http: JsonClient,
  options: EventOptions,
  signal: AbortSignal,
): AsyncGenerator<SchedulerHint> {
  const query = { topic: 'Allocation', index: await presentIndex(http, signal) };
  // A compressed stream would be held back until there is enough to compress.
  const headers = { 'accept-encoding': 'identity' };
  const request: HttpRequest = { method: 'GET', path: STREAM, query, headers, signal };
  let isFirst = true;
  for await (const line of http.lines(request, options)) {
    if (isFirst || line === null) yield { kind: 'missed' };
    isFirst = false;
    if (line !== null) yield hintOf(line);
  }
  // Nomad has answered 200 by the time it looks at the token, and then just closes the stream.
  if (isFirst) throw refusal('nomad', 'Nomad closed its event stream at once.', { path: STREAM });
  throw unreachable('nomad', request, new Error('the event stream ended'));
}

/** From where to listen: without an index, Nomad would repeat all events that it still has. */
async function presentIndex(http: JsonClient, signal: AbortSignal): Promise<string | undefined> {
  const query = { per_page: 1 };
  const request: HttpRequest = { method: 'GET', path: '/allocations', query, signal };
  const reply = await http.exchange(request);
  http.read(request, reply, PlacementList);
  return reply.headers['x-nomad-index'];
}

function hintOf(line: string): SchedulerHint {
  const { Events } = parseReply('nomad', EventLine, line === '' ? {} : parsed(line));
  const keys = (Events ?? []).flatMap(({ Key, FilterKeys }) => [Key, ...(FilterKeys ?? [])]);
  const instanceIds = [...new Set(keys.filter(isInstanceId))];
  return instanceIds.length === 0 ? { kind: 'alive' } : { kind: 'changed', instanceIds };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    // Its message would quote the line; the schema says that this is no object.
    return null;
  }
}
