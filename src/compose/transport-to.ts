import type { OutsideSystem } from '../clients/http/outside-faults.js';
import { HttpTransport } from '../clients/http/http-transport.js';
import type { Foundation } from './foundation.js';

/** A transport to one system outside, measured, and closed at the end of the process. */
export function transportTo(
  { metrics, started }: Foundation,
  system: OutsideSystem | 'provider' | 'issuer',
  baseUrl: string,
  headers?: () => Readonly<Record<string, string>>,
): HttpTransport {
  const transport = new HttpTransport({
    system,
    baseUrl,
    ...(headers === undefined ? {} : { headers }),
    onCall: (name, outcome, seconds) => {
      metrics.outsideCall.observe({ system: name, outcome }, seconds);
    },
  });
  started.push({
    name: `connections to ${system}`,
    stop: async () => {
      transport.close();
    },
  });
  return transport;
}
