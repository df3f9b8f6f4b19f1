import { readLines } from '../clients/http/read-lines.js';
import type { Instance } from './operation.js';

/** Far longer than any instance in JSON; a longer line is passed over. */
const LINE_BYTES_MAX = 256 * 1024;

/** The instances that an event stream of the API tells of; any other event is passed over. */
export async function* instancesIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Instance, void> {
  let name = '';
  for await (const line of readLines(pieces, LINE_BYTES_MAX)) {
    const [field = '', value = ''] = line?.split(/: (.*)/s) ?? [];
    if (field === 'event') name = value;
    if (field !== 'data' || name !== 'instance') continue;
    const data = jsonOf(value);
    if (typeof data === 'object' && data !== null) yield data as Instance;
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
