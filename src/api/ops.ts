import { z } from 'zod';
import type { OpenRoute } from './open-route.js';
import { Liveness, ReadinessShown } from './schemas.js';

/** How each thing that a process depends on is, by name. */
export interface Readiness {
  readonly isReady: boolean;
  /** `ok`, or a sentence on what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What probes and scrapers ask of any role of the service. */
export interface Operations {
  readiness(): Promise<Readiness>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

const JSON_TYPE = 'application/json';
const JSON_UTF8 = 'application/json; charset=utf-8';

/** /healthz: the process answers. /readyz: it can do its work. /metrics: for Prometheus. */
export function opsRoutes(operations: Operations): readonly OpenRoute[] {
  return [
    {
      path: '/healthz',
      operationId: 'readLiveness',
      summary: 'Whether the process answers',
      answers: { 200: { says: 'It does.', type: JSON_TYPE, schema: Liveness } },
      answer: () => ({ status: 200, type: JSON_UTF8, body: { status: 'live' } }),
    },
    {
      path: '/readyz',
      operationId: 'readReadiness',
      summary: 'Whether the process can do its work, dependency by dependency',
      answers: {
        200: { says: 'It can.', type: JSON_TYPE, schema: ReadinessShown },
        503: { says: 'Something that it needs is away.', type: JSON_TYPE, schema: ReadinessShown },
      },
      async answer() {
        const { isReady, checks } = await operations.readiness();
        const body = { status: isReady ? 'ready' : 'not_ready', checks };
        return { status: isReady ? 200 : 503, type: JSON_UTF8, body };
      },
    },
    {
      path: '/metrics',
      operationId: 'readMetrics',
      summary: 'Metrics for Prometheus',
      answers: { 200: { says: 'All metrics.', type: 'text/plain', schema: z.string() } },
      async answer() {
        const { type, text } = await operations.metrics();
        return { status: 200, type, body: text };
      },
    },
  ];
}
