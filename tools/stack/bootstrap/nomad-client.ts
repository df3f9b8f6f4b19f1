import { randomUUID } from 'node:crypto';
import { callApi, field } from '../http.js';

/**
 * Whether Nomad's client part has registered with its server part, so that jobs can be placed and
 * old allocations are looked after again. `unknown_token` before the ACLs are bootstrapped.
 *
 * The client starts before its own server leads, is refused, and would try again only after 15 to
 * 30 s. Any call of it that succeeds makes it try at once; checking a token it does not know is
 * such a call, so that is what a client that is not registered is asked to do.
 */
export async function nomadClientState(
  base: string,
  management: string,
  signal: AbortSignal,
): Promise<'registered' | 'waiting' | 'unknown_token'> {
  const self = await callApi(`${base}/agent/self`, {
    headers: { 'x-nomad-token': management },
    signal,
    limitMs: 2_000,
  });
  if (self.status === 403) return 'unknown_token';
  const ttl = field(field(field(self.json, 'stats'), 'client'), 'heartbeat_ttl');
  if (typeof ttl === 'string' && ttl !== '0s') return 'registered';
  await callApi(`${base}/client/stats`, {
    headers: { 'x-nomad-token': randomUUID() },
    signal,
    limitMs: 2_000,
  });
  return 'waiting';
}
