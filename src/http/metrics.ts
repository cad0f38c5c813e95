import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { FOR_EVERYBODY } from '../access/gate.js';
import type { App } from '../app.js';
import { VERDICTS } from '../pipeline/ingestion/verdict.js';
import { DomainError } from '../primitives/errors.js';
import type { OnStage } from '../primitives/stage-event.js';
import { readPipelineState } from '../reading/pipeline-state.js';

/** Seconds: of a batch, and of what a day or a receiver may take. */
const SHORT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LONG = [0.1, 0.5, 1, 5, 15, 60, 300, 900];

const BEARER = /^Bearer +(\S+)$/i;

/**
 * `GET /metrics` for Prometheus, with a token of its own: who scrapes is no caller of the API. It is there only where
 * METRICS_TOKEN is set. Gauges are read from the tables when it is asked, so every process says the same of the books;
 * counters and histograms are this process's own, to be added up. Labels have few values, and none names a customer or
 * a registration.
 */
export function serveMetrics(server: FastifyInstance, app: App): void {
  const { metricsToken } = app.config;
  if (metricsToken === null) return;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const readBooks = describeBooks(registry, app);
  describeStreams(registry, app);
  describeMemory(registry, app);
  app.listen(countStages(registry));
  // Its credential is one of its own, and there is no body.
  server.get('/metrics', FOR_EVERYBODY, async (request, reply) => {
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
  const settingUp = gauge(
    'registration_setting_up',
    'Registrations whose books are being set up: nothing of them closes or is reported.',
  );
  const oldestSettingUp = gauge(
    'registration_oldest_setting_up_age_seconds',
    'Since the oldest of them was made; 0 when there is none. Warning at 604800 (7 days), alarm at 2592000 (30 days).',
  );
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
  const closingLag = gauge(
    'closing_lag_seconds',
    'Since the oldest reported day that is to be closed now could have been closed; 0 when none is.',
  );
  const closedDays = gauge('closing_closed_days', 'Reported days with usage that are closed.');
  const unprepared = gauge(
    'reporting_unprepared_days',
    'Closed days that are to be reported and are not yet in reports.',
  );
  const oldestUnsent = gauge(
    'reporting_oldest_unsent_age_seconds',
    'Since the end of the oldest closed day that the receiver has not wholly taken. Warning at 604800 (7 days), alarm at 2592000 (30 days).',
  );
  const reports = gauge('reporting_reports', 'Reports by what became of them.', ['state']);
  return async () => {
    const state = await readPipelineState(app.db.reader, app.clock.now(), app.config.closing.graceMs);
    settingUp.set(state.settingUp);
    oldestSettingUp.set(state.oldestSettingUpAgeMs / 1_000);
    lastBatch.set(state.lastBatchAgeMs / 1_000);
    collectionLag.set(state.collectionLagMs / 1_000);
    openDays.set(state.openDays);
    oldestOpen.set(state.oldestOpenDayAgeMs / 1_000);
    closingLag.set(state.closingLagMs / 1_000);
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
      this.set(live.counts().open);
    },
  });
  new Counter({
    name: `${prefix}_updates_total`,
    help: 'Updates that streams were told.',
    registers,
    collect() {
      this.reset();
      this.inc(live.counts().told);
    },
  });
  new Counter({
    name: `${prefix}_streams_cut_off_total`,
    help: 'Streams that ended before their reader or the gateway did: too slow, or a credential that ended.',
    registers,
    collect() {
      this.reset();
      this.inc(live.counts().cutOff);
    },
  });
}

/** Of this process alone: how much it keeps of what never changes. */
function describeMemory(registry: Registry, { keptPages }: App): void {
  new Gauge({
    name: 'usage_gateway_reading_kept_rows',
    help: 'Usage aggregates of closed windows that are kept in memory.',
    registers: [registry],
    collect() {
      this.set(keptPages.rows());
    },
  });
}

/** What each stage has done since this process began. Answers who is to be told of it. */
function countStages(registry: Registry): OnStage {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `usage_gateway_${name}_total`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `usage_gateway_${name}_seconds`, help, buckets, registers });
  const batches = counter('ingestion_batches', 'Batches of usage, whichever way they came.', ['outcome']);
  const records = counter('ingestion_records', 'Usage records by what became of them.', ['verdict']);
  const refused = counter('ingestion_refused_records', 'Records that were not taken in, by the code of why.', ['code']);
  const bytes = counter('ingestion_pushed_bytes', 'Bytes of the bodies of POST /v1/usage that were let in.');
  const batchTime = histogram('ingestion_batch', 'How long a batch took from its decoding to its commit.', SHORT);
  const pulled = counter('collection_hours', 'Reported hours that were pulled, or found changed later.', ['outcome']);
  const pullFailures = counter('collection_failures', 'What could not be pulled in a round.', ['what', 'kind']);
  const days = counter('closing_days', 'Reported days that this process closed, or could not.', ['outcome']);
  const dayTime = histogram('closing_day', 'How long closing a reported day took.', LONG);
  const attempts = counter('reporting_attempts', 'Tries at sending a report. PENDING: tried again later.', ['outcome']);
  const failures = counter('reporting_failures', 'Tries that were not answered, by the code of why.', ['code']);
  const lines = counter('reporting_lines', 'Lines of reports by what the receiver said of them.', ['status']);
  const pages = counter('reading_pages', 'Pages of closed windows over GraphQL, and all pages of the usage APIs.', [
    'api',
    'outcome',
  ]);
  const attemptTime = histogram('reporting_attempt', 'How long a try took, from the lease to its end.', LONG);
  // What never happened is 0, not missing: a rate needs something to begin with.
  for (const verdict of VERDICTS) records.inc({ verdict }, 0);
  for (const outcome of ['COMMITTED', 'FAILED']) batches.inc({ outcome }, 0);
  for (const outcome of ['CLOSED', 'FAILED']) days.inc({ outcome }, 0);
  for (const outcome of ['ACCEPTED', 'REFUSED', 'PENDING', 'GIVEN_UP', 'LOST']) attempts.inc({ outcome }, 0);
  for (const outcome of ['KEPT', 'READ']) pages.inc({ api: 'graphql', outcome }, 0);
  for (const outcome of ['NOT_MODIFIED', 'TAGGED', 'UNTAGGED']) pages.inc({ api: 'usage', outcome }, 0);
  return (event) => {
    switch (event.stage) {
      case 'push':
        bytes.inc(event.bytes);
        return;
      case 'ingestion':
        batches.inc({ outcome: event.outcome });
        batchTime.observe(event.seconds);
        for (const [verdict, count] of Object.entries(event.verdicts)) records.inc({ verdict }, count);
        for (const [code, count] of Object.entries(event.codes)) refused.inc({ code }, count);
        return;
      case 'collection':
        if (event.outcome === 'FAILED') pullFailures.inc({ what: event.what, kind: event.kind });
        else pulled.inc({ outcome: event.outcome });
        return;
      case 'closing':
        days.inc({ outcome: event.outcome });
        dayTime.observe(event.seconds);
        return;
      case 'reporting':
        attempts.inc({ outcome: event.outcome });
        attemptTime.observe(event.seconds);
        if (event.code !== null) failures.inc({ code: event.code });
        for (const [status, count] of Object.entries(event.lines)) lines.inc({ status }, count);
        return;
      case 'reading':
        pages.inc({ api: event.api, outcome: event.outcome });
    }
  };
}

/** Compares in a time that does not depend on where the texts differ. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
