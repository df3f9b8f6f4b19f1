import type { z } from 'zod';
import type { HttpRequest } from '../http/http-transport.js';
import type { JsonClient } from '../http/json-client.js';
import { refusal } from '../http/outside-faults.js';

/** Things per page; a page of stubs is well below the limit on answers. */
const PAGE = 500;
/** Pages per listing: 100,000 things, above which a listing is a mistake. */
const PAGES_MAX = 200;

/** All pages of a listing of Nomad's. One that fails fails the whole: a part would lie. */
export async function listAll<Item>(
  http: JsonClient,
  { path, query, signal }: Required<Pick<HttpRequest, 'path' | 'query' | 'signal'>>,
  schema: z.ZodType<readonly Item[]>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const paged = { ...query, per_page: PAGE, next_token: next };
    const request: HttpRequest = { method: 'GET', path, query: paged, signal };
    const reply = await http.exchange(request);
    items.push(...http.read(request, reply, schema));
    next = reply.headers['x-nomad-nexttoken'];
    if (next === undefined || next === '') return items;
  }
  throw refusal('nomad', 'Nomad holds more than one listing may have.', {
    path,
    items: items.length,
  });
}
