import { z } from 'zod';
import type { Node, NodeListing } from '../../ports/index.js';
import type { HttpRequest } from '../http/http-transport.js';
import type { JsonClient } from '../http/json-client.js';
import { listAll } from './list-all.js';
import type { NodeStub } from './feed-wire.js';
import { NodeList } from './feed-wire.js';

/** How long Nomad holds the question while no node changes; it adds up to a sixteenth. */
const WAIT_MS = 10_000;
/** How long it may take to answer once it has decided to. */
const ANSWER_MS = 10_000;

/**
 * Waits until a node changed, then lists all nodes. The index is taken before the listing, so a
 * change between the two is found by the next call.
 */
export async function snapshotOfNodes(
  http: JsonClient,
  afterIndex: string | null,
  signal: AbortSignal,
): Promise<NodeListing> {
  const index = await indexAfter(http, afterIndex, signal);
  const stubs = await listAll(http, { path: '/nodes', query: {}, signal }, NodeList);
  return { nodes: stubs.map(nodeOf), index };
}

async function indexAfter(
  http: JsonClient,
  afterIndex: string | null,
  signal: AbortSignal,
): Promise<string> {
  const isWaiting = afterIndex !== null;
  const query = {
    per_page: 1,
    ...(isWaiting ? { index: afterIndex, wait: `${String(WAIT_MS)}ms` } : {}),
  };
  const timeoutMs = ANSWER_MS + (isWaiting ? WAIT_MS : 0);
  const request: HttpRequest = { method: 'GET', path: '/nodes', query, signal, timeoutMs };
  const reply = await http.exchange(request);
  http.read(request, reply, NodeList);
  return http.read(request, { ...reply, body: reply.headers['x-nomad-index'] }, Index);
}

/** Zero would mean "do not wait", and so a loop without a pause. */
const Index = z.string().regex(/^[1-9]\d*$/);

function nodeOf(stub: NodeStub): Node {
  const { ID: id, Name: name, NodePool: nodePool } = stub;
  const takesWork = stub.SchedulingEligibility === 'eligible' && !stub.Drain;
  return { id, name, nodePool, isEligible: stub.Status === 'ready' && takesWork };
}
