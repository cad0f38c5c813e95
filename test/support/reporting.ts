import { guid, push, registerCustomer, registerStamp, usageRecord } from './world.js';
import type { TestGateway } from './gateway.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import type { CommerceClient } from '../../src/pipeline/reporting/commerce-client.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
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
