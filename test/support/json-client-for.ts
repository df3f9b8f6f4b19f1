import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { JsonClient } from '../../src/clients/http/json-client.js';
import type { OutsideSystem } from '../../src/clients/http/outside-faults.js';

/** A client with fixed headers, for adapters under test. */
export function jsonClientFor(
  system: OutsideSystem,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
): JsonClient {
  return new JsonClient(system, new HttpTransport({ system, baseUrl, headers: () => headers }));
}
