import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { createAuditMetrics } from './audit-metrics.js';
import { createKeyMetrics } from './key-metrics.js';
import { createLimitMetrics } from './limit-metrics.js';
import { createPoolMetrics } from './pool-metrics.js';
import { createSchedulerMetrics } from './scheduler-metrics.js';
import { createSweepMetrics } from './sweep-metrics.js';
import { createWebhookMetrics } from './webhook-metrics.js';

/** From milliseconds, where claims live, to minutes, where boots may end. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160];

/**
 * Every metric of the service, each declared here once and described in docs/metrics.md. None is
 * labelled by tenant or instance: their number has no bound.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...createPoolMetrics(registers),
    ...createSweepMetrics(registers),
    ...createKeyMetrics(registers),
    ...createLimitMetrics(registers),
    ...createAuditMetrics(registers),
    ...createSchedulerMetrics(registers),
    ...createWebhookMetrics(registers),
    claims: new Counter({
      name: 'claims_total',
      help: 'Claims by outcome: warm, queued, cold, replayed, or the code of their refusal.',
      labelNames: ['outcome'],
      registers,
    }),
    phase: new Histogram({
      name: 'instance_phase_seconds',
      help: 'How long instances take to boot, to bind to a tenant, and to apply a revision.',
      labelNames: ['phase'],
      buckets: BUCKETS_S,
      registers,
    }),
    reconcile: new Histogram({
      name: 'reconcile_seconds',
      help: 'Runs of reconcilers by kind and outcome.',
      labelNames: ['kind', 'outcome'],
      buckets: BUCKETS_S,
      registers,
    }),
    outsideCall: new Histogram({
      name: 'outside_call_seconds',
      help: 'Calls to other systems by outcome.',
      labelNames: ['system', 'outcome'],
      buckets: BUCKETS_S,
      registers,
    }),
    httpRequest: new Histogram({
      name: 'http_request_seconds',
      help: 'Requests to the API by route pattern, method and status.',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS_S,
      registers,
    }),
    eventStreams: new Gauge({
      name: 'event_streams_open',
      help: 'Event streams of the API that are open; beyond its limit more are refused.',
      registers,
    }),
    routeLookups: new Counter({
      name: 'route_lookups_total',
      help: 'Look-ups of the edge by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
