import { randomUUID } from 'node:crypto';

import { CommerceError } from './commerce-client.js';
import type { CommerceAnswer, CommerceClient, Lease, LineAnswer, ReportBatch } from './commerce-client.js';
import { NEVER_DUE, afterAnswer, afterFailure } from './report-state.js';
import type { ReportState } from './report-state.js';
import {
  claimReport,
  getReport,
  listDueReports,
  readBatch,
  renewLease,
  settleLines,
  settleReport,
} from './report-store.js';
import type { UsageReport } from './report.entity.js';
import { checkMaySend } from './reportable-books.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { tally } from '../../primitives/stage-event.js';
import type { OnStage } from '../../primitives/stage-event.js';

/** What sending needs. */
export interface Reporting {
  readonly db: Database;
  readonly clock: Clock;
  readonly commerce: CommerceClient;
  /** From 0 to 1; spreads retries. */
  readonly jitter: () => number;
  readonly onStage?: OnStage;
}

const REPORTS_PER_LOOK = 50;
/**
 * Longer than a client takes from one renewal to the next, which is to sign in and to wait for one answer, each for as
 * long as can be configured: a sender that lives keeps its report, however many exchanges that report takes.
 */
export const LEASE_MS = 15 * 60_000;
const MESSAGE_LENGTH_MAX = 1_000;

/** How many reports ended in which state. PENDING: they failed now and are tried again later. */
export type Sent = Readonly<Record<Exclude<ReportState, 'SENDING'>, number>>;

/**
 * Sends what is due, one report after the other: takes it for this process, sends it outside any transaction, and
 * writes down what became of it. A process that dies in between leaves a lease that runs out; the report is then sent
 * again as it was, and the receiver, who counts each line by its id, counts it once. Stops between two reports when
 * told to. Throws BOOKS_ARE_DEMO and BOOKS_ARE_MIXED, and sends nothing then.
 */
export async function sendReports(reporting: Reporting, signal: AbortSignal): Promise<Sent> {
  await checkMaySend(reporting.db.reader, reporting.commerce);
  const sent = { PENDING: 0, ACCEPTED: 0, REFUSED: 0, GIVEN_UP: 0 };
  for (;;) {
    const ids = await listDueReports(reporting.db.reader, reporting.clock.now(), REPORTS_PER_LOOK);
    for (const id of ids) {
      if (signal.aborted) return sent;
      const state = await sendReport(reporting, id, signal);
      if (state !== null) sent[state] += 1;
    }
    if (ids.length < REPORTS_PER_LOOK) return sent;
  }
}

/** Null when another process has it. */
async function sendReport(
  { db, clock, commerce, jitter, onStage }: Reporting,
  id: number,
  signal: AbortSignal,
): Promise<keyof Sent | null> {
  const begun = performance.now();
  const told = (state: keyof Sent | null, code: string | null, lines: readonly LineAnswer[] = []) => {
    const counted = { code, lines: tally(lines.map(({ status }) => status)) };
    onStage?.({
      stage: 'reporting',
      outcome: state ?? 'LOST',
      seconds: (performance.now() - begun) / 1_000,
      ...(state === null ? { code: null, lines: {} } : counted),
    });
    return state;
  };
  const leaseToken = randomUUID();
  const now = clock.now();
  const claim = { id, now, leaseUntil: now + LEASE_MS, leaseToken };
  if (!(await db.inTransaction((tx) => claimReport(tx, claim)))) return null;
  const report = await getReport(db.reader, id);
  if (report.leaseToken !== leaseToken) return null;
  const batch = await readBatch(db.reader, report);
  const attempt = { id, leaseToken, attemptNo: report.attempts };
  const renew = async () => {
    const leaseUntil = clock.now() + LEASE_MS;
    if (await db.inTransaction((tx) => renewLease(tx, { id, leaseUntil, leaseToken }))) return;
    throw new CommerceError('RequestTimedOut', 'Another process took the report over.');
  };
  try {
    const answer = checkedAnswer(
      batch,
      await send(commerce, batch, { signal, renew, isFirstTry: report.attempts === 1 }),
    );
    const state = afterAnswer(answer.lines);
    const isOurs = await db.inTransaction(async (tx) => {
      const settlement = {
        ...attempt,
        state,
        outcome: state,
        dueAt: NEVER_DUE,
        endedAt: clock.now(),
        receipt: answer.receipt,
        ...refusal(answer),
      };
      if (!(await settleReport(tx, settlement))) return false;
      await settleLines(tx, report, answer.lines);
      return true;
    });
    return told(isOurs ? state : null, null, answer.lines);
  } catch (error) {
    if (!(error instanceof CommerceError)) throw error;
    return told(await fail({ db, clock, jitter }, { ...attempt, report, error }), error.code);
  }
}

/** A client that breaks is like a receiver that cannot be reached: the others' reports go on. */
async function send(commerce: CommerceClient, batch: ReportBatch, lease: Lease): Promise<CommerceAnswer> {
  try {
    return await commerce.send(batch, lease);
  } catch (error) {
    if (error instanceof CommerceError) throw error;
    const name = error instanceof Error ? error.name : 'Error';
    throw new CommerceError('NetworkError', `The client "${commerce.name}" failed (${name}).`);
  }
}

async function fail(
  { db, clock, jitter }: Pick<Reporting, 'db' | 'clock' | 'jitter'>,
  failed: {
    readonly id: number;
    readonly leaseToken: string;
    readonly attemptNo: number;
    readonly report: UsageReport;
    readonly error: CommerceError;
  },
): Promise<'PENDING' | 'GIVEN_UP' | null> {
  const { report, error, ...attempt } = failed;
  const { code } = error;
  const { attempts, createdAt } = report;
  const endedAt = clock.now();
  const next = afterFailure({ code, attempts, createdAt, now: endedAt, jitter: jitter() });
  const isOurs = await db.inTransaction((tx) =>
    settleReport(tx, {
      ...attempt,
      ...next,
      outcome: 'FAILED',
      endedAt,
      receipt: null,
      code,
      message: error.message.slice(0, MESSAGE_LENGTH_MAX),
    }),
  );
  return isOurs ? next.state : null;
}

/** Every line once, and no other: a receiver that answers for something else is not believed. */
function checkedAnswer(batch: ReportBatch, answer: CommerceAnswer): CommerceAnswer {
  const open = new Set(batch.lines.map(({ lineId }) => lineId));
  for (const { lineId } of answer.lines) {
    if (!open.delete(lineId)) throw new CommerceError('InvalidResponse', 'The answer names a line that was not sent.');
  }
  if (open.size === 0) return answer;
  throw new CommerceError('InvalidResponse', `The answer leaves out ${open.size} of ${batch.lines.length} lines.`);
}

/** The first reason for a rejection stands for the report; each line keeps its own. */
function refusal({ lines }: CommerceAnswer): { readonly code: string | null; readonly message: string | null } {
  const rejected = lines.filter(({ status }) => status === 'REJECTED');
  if (rejected.length === 0) return { code: null, message: null };
  return {
    code: rejected[0]?.code ?? 'Rejected',
    message: `${rejected.length} of ${lines.length} lines were rejected.`,
  };
}
