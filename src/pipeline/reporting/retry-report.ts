import { REPORT_COLUMNS, asReport, getReport } from './report-store.js';
import { mayMove } from './report-state.js';
import type { UsageReport } from './report.entity.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import { inWholeRegistrations } from '../../access/scope.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';

/**
 * Sends a report once more that was refused or given up. The receiver is asked anew, under a key that says so: it may
 * answer the old key for ever with its old refusal. Its lines keep their names, so what it did take it counts once.
 * A report that waits for its next try, and one that was retried already, is left as it is.
 */
export async function retryReport(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  { reportId, by }: { readonly reportId: number; readonly by: By },
): Promise<UsageReport> {
  return inAuditedTransaction(app, { action: 'retryReport', by }, async (tx) => {
    const [row] = await tx.query<UsageReport & { isReporting: number }>(
      `SELECT ${REPORT_COLUMNS}, g.is_usage_reporting_enabled AS isReporting FROM usage_report p
         JOIN registration g ON g.id = p.registration_id
        WHERE p.id = ? AND ${inWholeRegistrations(scope, 'p.registration_id')}`,
      [reportId],
    );
    if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such report.', ['reportId']);
    const { isReporting, ...found } = row;
    const report = asReport(found);
    const { state, registrationId, idempotencyKey } = report;
    const about = { target: `report ${idempotencyKey}`, registrationId, tenantId: null, before: { state } };
    if (Number(isReporting) !== 1) {
      throw new DomainError('REPORT_NOT_RETRYABLE', 'Its registration reports nothing.', ['reportId']);
    }
    if (state === 'PENDING') return { ...about, result: report, after: { state } };
    if (state === 'SENDING' || !mayMove(state, 'PENDING')) {
      throw new DomainError('REPORT_NOT_RETRYABLE', 'Only a report that was refused or given up can be retried.', [
        'reportId',
      ]);
    }
    await tx.execute(
      `UPDATE usage_report SET state = 'PENDING', generation = generation + 1, due_at = ?, settled_at = NULL
        WHERE id = ? AND state = ?`,
      [app.clock.now(), reportId, state],
    );
    return { ...about, result: await getReport(tx, reportId), after: { state: 'PENDING' } };
  });
}
