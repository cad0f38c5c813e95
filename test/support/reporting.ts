import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from './world.js';
import type { TestGateway } from './gateway.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { REPORT_FORM } from '../../src/pipeline/reporting/commerce-client.js';
import type { CommerceClient, ReportBatch, ReportLine } from '../../src/pipeline/reporting/commerce-client.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import type { Quantity } from '../../src/primitives/quantity.js';
import { hourOf } from '../../src/primitives/windows.js';

/**
 * A stamp "hub" with a customer that is mapped, contoso, and one that is not, fabrikam: each day has so many hours of
 * usage of both, one record an hour, from midnight on. Answers with the stamp.
 */
export async function takeInDays(
  gateway: TestGateway,
  days: readonly { readonly day: string; readonly hours: number }[],
): ReturnType<typeof registerStamp> {
  const stamp = await registerStamp(gateway.app);
  for (const name of ['contoso', 'fabrikam']) {
    await registerCustomer(gateway.app, 'hub', name, { stackSubscriptions: [guid(name)] });
  }
  await mapTenant(gateway.app, WHOLE_BOOKS, {
    registration: 'hub',
    tenantId: guid('tenant contoso'),
    cspSubscriptionId: guid('csp contoso'),
    effectiveFrom: hourOf(Date.parse('2026-01-01T00:00:00Z')),
    by: 'test',
  });
  for (const { day, hours } of days) {
    gateway.clock.set(`${day}T05:30:00Z`);
    const records = ['contoso', 'fabrikam'].flatMap((name) =>
      Array.from({ length: hours }, (_, hour) =>
        usageRecord({
          id: `${name} ${day} ${hour}`,
          stackSubscriptionId: guid(name),
          usageStartTime: `${day}T0${hour}:00:00Z`,
        }),
      ),
    );
    await push(gateway.app, stamp, records);
  }
  return stamp;
}

/** Puts closed days into reports and sends what is due, once. */
export async function report(app: Pipeline, commerce: CommerceClient) {
  await prepareReports(app);
  return sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
}

/** A report of the stamp "hub" for contoso with these lines; what is left out of one is as in the others. */
export function reportBatch(
  lines: readonly Partial<ReportLine>[],
  head: Partial<Omit<ReportBatch, 'lines'>> = {},
): ReportBatch {
  const destinationSubscriptionId = guid('csp contoso');
  const [usageDay, reportedDay] = ['2026-03-08', '2026-03-09'];
  return {
    form: REPORT_FORM,
    idempotencyKey: 'key',
    cloudId: guid('cloud hub'),
    reportedDay,
    destinationSubscriptionId,
    batchNo: 1,
    ...head,
    lines: lines.map((line, index) => ({
      lineId: `key-${index}`,
      meterId: METERS.vmHours,
      quantity: '1.5' as Quantity,
      location: 'frankfurt',
      resourceUri: '/vm',
      stackSubscriptionId: guid('contoso'),
      usageStartTime: `${usageDay}T00:00:00.000Z`,
      usageEndTime: `${reportedDay}T00:00:00.000Z`,
      tenantId: guid('tenant contoso'),
      meterName: 'VM size hours',
      unit: 'Virtual core hours',
      destinationSubscriptionId,
      usageDay,
      reportedDay,
      ...line,
    })),
  };
}
