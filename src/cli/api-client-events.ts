import { readLines } from '../clients/http/read-lines.js';
import type { InstanceAnswer } from './api-client-replies.js';
import { InstanceReply } from './api-client-replies.js';

/** Far longer than any instance in JSON; a longer line is passed over. */
const LINE_BYTES_MAX = 256 * 1024;

/** The instances that an event stream of the API tells of; any other event is passed over. */
export async function* instancesIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<InstanceAnswer, void> {
  let name = '';
  for await (const line of readLines(pieces, LINE_BYTES_MAX)) {
    const [field = '', value = ''] = line?.split(/: (.*)/s) ?? [];
    if (field === 'event') name = value;
    if (field !== 'data' || name !== 'instance') continue;
    const outcome = InstanceReply.safeParse(jsonOf(value));
    if (outcome.success) yield outcome.data;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not what our API sends: as good as an event of another name.
    return null;
  }
}
