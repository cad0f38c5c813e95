import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

import type { App } from '../app.js';
import { DomainError } from '../primitives/errors.js';
import { readPipelineState } from '../reading/pipeline-state.js';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * `GET /metrics` for Prometheus, with a token of its own: who scrapes is no caller of the API. It is there only where
 * METRICS_TOKEN is set. What it counts is read from the tables when it is asked, so every process says the same of the
 * books and only its own of itself. No label names a customer or a registration.
 */
export function serveMetrics(server: FastifyInstance, app: App): void {
  const { metricsToken } = app.config;
  if (metricsToken === null) return;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const readBooks = describeBooks(registry, app);
  describeStreams(registry, app);
  server.get('/metrics', async (request, reply) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!isSame(token, metricsToken)) throw new DomainError('UNAUTHENTICATED', 'Send the token of METRICS_TOKEN.');
    await readBooks();
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}

/** Each stage's own: what came last, what is open, what waits. Answers what reads them all from the tables. */
function describeBooks(registry: Registry, app: App): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `usage_gateway_${name}`, help, labelNames, registers: [registry] });
  const lastBatch = gauge('ingestion_last_batch_age_seconds', 'Since the latest batch of usage was taken in.');
  const collectionLag = gauge(
    'collection_lag_seconds',
    'Since the end of the last reported hour that was pulled, of the registration that is furthest behind.',
  );
  const openDays = gauge('closing_open_days', 'Reported days with usage that are not closed, over all registrations.');
  const oldestOpen = gauge(
    'closing_oldest_open_day_age_seconds',
    'Since the end of the oldest of them; 0 when it lasts.',
  );
  const closedDays = gauge('closing_closed_days', 'Reported days with usage that are closed.');
  const unprepared = gauge(
    'reporting_unprepared_days',
    'Closed days that are to be reported and are not yet in reports.',
  );
  const oldestUnsent = gauge(
    'reporting_oldest_unsent_age_seconds',
    'Since the end of the oldest closed day that the receiver has not wholly taken. Alarm at 2592000 (30 days).',
  );
  const reports = gauge('reporting_reports', 'Reports by what became of them.', ['state']);
  return async () => {
    const state = await readPipelineState(app.db.reader, app.clock.now());
    lastBatch.set(state.lastBatchAgeMs / 1_000);
    collectionLag.set(state.collectionLagMs / 1_000);
    openDays.set(state.openDays);
    oldestOpen.set(state.oldestOpenDayAgeMs / 1_000);
    closedDays.set(state.closedDays);
    unprepared.set(state.unpreparedDays);
    oldestUnsent.set(state.oldestUnsentAgeMs / 1_000);
    for (const [name, count] of Object.entries(state.reports)) reports.set({ state: name }, count);
  };
}

/** Of this process alone: who listens to it, and how that went. */
function describeStreams(registry: Registry, { live }: App): void {
  const registers = [registry];
  const prefix = 'usage_gateway_live';
  new Gauge({
    name: `${prefix}_open_streams`,
    help: 'Streams of live updates that are open.',
    registers,
    collect() {
      this.set(live.counts.open);
    },
  });
  new Counter({
    name: `${prefix}_updates_total`,
    help: 'Updates that streams were told.',
    registers,
    collect() {
      this.reset();
      this.inc(live.counts.told);
    },
  });
  new Counter({
    name: `${prefix}_streams_cut_off_total`,
    help: 'Streams that ended before their reader or the gateway did: too slow, or a credential that ended.',
    registers,
    collect() {
      this.reset();
      this.inc(live.counts.cutOff);
    },
  });
}

/** Compares in a time that does not depend on where the texts differ. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
