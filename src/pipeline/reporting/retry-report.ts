import { getReport } from './report-store.js';
import { mayMove } from './report-state.js';
import { usageReportTable } from './report.entity.js';
import type { UsageReport } from './report.entity.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import { inWholeRegistrations } from '../../access/scope.js';
import type { Scope } from '../../access/scope.js';
import { update } from '../../database/change.js';
import type { Database } from '../../database/database.js';
import { expression } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias } from '../../database/table.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { registrationTable } from '../../registration/registration.entity.js';

const g = alias(registrationTable, 'g');
const p = alias(usageReportTable, 'p');

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
    const [row] = await select(
      tx,
      { ...p, isReporting: g.isUsageReportingEnabled },
      `FROM ${p} JOIN ${g} ON ${g.id} = ${p.registrationId}
        WHERE ${p.id} = ? AND ${inWholeRegistrations(scope, p.registrationId)}`,
      [reportId],
    );
    if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such report.', ['reportId']);
    const { isReporting, ...report } = row;
    const { state, registrationId, idempotencyKey } = report;
    const about = { target: `report ${idempotencyKey}`, registrationId, tenantId: null, before: { state } };
    if (!isReporting) {
      throw new DomainError('REPORT_NOT_RETRYABLE', 'Its registration reports nothing.', ['reportId']);
    }
    if (state === 'PENDING') return { ...about, result: report, after: { state } };
    if (state === 'SENDING' || !mayMove(state, 'PENDING')) {
      throw new DomainError('REPORT_NOT_RETRYABLE', 'Only a report that was refused or given up can be retried.', [
        'reportId',
      ]);
    }
    const { id: idColumn, state: stateColumn, generation: asked } = usageReportTable;
    const generation = expression(`${asked} + 1`, asked);
    await update(
      tx,
      usageReportTable,
      { state: 'PENDING', generation, dueAt: app.clock.now(), settledAt: null },
      `${idColumn} = ? AND ${stateColumn} = ?`,
      [reportId, state],
    );
    return { ...about, result: await getReport(tx, reportId), after: { state: 'PENDING' } };
  });
}
