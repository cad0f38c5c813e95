import { CSP, RANGE, STACKS, TENANTS } from '../support/books.js';
import { answered, dayText, fillBooks, hourText, sumsOf } from '../support/books.js';
import type { Books, KnownRecord } from '../support/books.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { everyPage, refusals, run } from '../support/operation.js';
import {
  FallbackUsageDocument,
  InvariantsDocument,
  PreviewTenantMappingDocument,
  UsageSummaryDocument,
} from '../operations/operations.js';
import type { Grouping, UsageSummaryQuery, UsageSummaryQueryVariables } from '../operations/operations.js';

type Sum = UsageSummaryQuery['usageSummary']['nodes'][number];

const GROUPINGS: readonly Grouping[] = ['REGISTRATION', 'TENANT', 'STACK_SUBSCRIPTION', 'DAY', 'MONTH', 'DESTINATION'];
const MARCH = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };

describeEachDatabase('sums of usage', (server) => {
  let gateway: TestGateway;
  let books: Books;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    books = await fillBooks(gateway);
  });
  afterAll(async () => gateway.close());

  const summary = (variables: Partial<UsageSummaryQueryVariables>) =>
    everyPage(gateway, 'AUDITOR', {
      document: UsageSummaryDocument,
      variables: { range: RANGE, first: 1000, ...variables },
      page: ({ usageSummary }) => usageSummary,
    });

  it('are those of the records, grouped every way, by either clock, from days and from months', async () => {
    for (const groupBy of everyGrouping()) {
      for (const clock of ['REPORTED', 'USAGE'] as const) {
        // Whole months of usage are answered from the month totals of closed days, and the rest of the open ones.
        const range = groupBy.includes('DAY') ? RANGE : MARCH;
        const rows = await summary({ groupBy, clock, range });
        const expected = sumsOf(books.records, (record) => groupOf(record, groupBy, clock));
        expect(answered(rows, (row) => groupOfRow(row, groupBy))).toEqual(expected);
      }
    }
  });

  it('come once each on pages of any length', async () => {
    const groupBy: Grouping[] = ['DESTINATION', 'TENANT', 'DAY'];
    const whole = await summary({ groupBy });
    for (const first of [1, 5, whole.length - 1, whole.length]) {
      expect(await summary({ groupBy, first })).toEqual(whole);
    }
  });

  it('are narrowed by a filter before they are made', async () => {
    const filter = { cspSubscriptionIds: [CSP.alder, CSP.alderToo], stackSubscriptionIds: [STACKS.alderLab] };
    const meant = books.records.filter(
      ({ destination, stackSubscription }) => destination.reason === 'MAPPED' && stackSubscription === STACKS.alderLab,
    );
    const rows = await summary({ filter, groupBy: ['MONTH'], range: MARCH, clock: 'USAGE' });
    expect(answered(rows, (row) => groupOfRow(row, ['MONTH']))).toEqual(
      sumsOf(meant, (record) => groupOf(record, ['MONTH'], 'USAGE')),
    );
  });

  it('refuse a grouping that is named twice, and days that are cut', async () => {
    const twice = { range: RANGE, groupBy: ['DAY', 'DAY'] as Grouping[] };
    expect(await refusals(gateway, 'AUDITOR', UsageSummaryDocument, twice)).toEqual(['INVALID_INPUT']);
    const cut = { range: { ...RANGE, from: '2026-03-07T01:00:00Z' } };
    expect(await refusals(gateway, 'AUDITOR', UsageSummaryDocument, cut)).toEqual(['MISALIGNED_TIME']);
  });

  it('tell what landed on the base subscription, and since when, also before the range', async () => {
    const range = { from: '2026-03-09T00:00:00.000Z', to: RANGE.to };
    const rows = await everyPage(gateway, 'AUDITOR', {
      document: FallbackUsageDocument,
      variables: { range, clock: 'USAGE', first: 2 },
      page: ({ fallbackUsage }) => fallbackUsage,
    });
    const fallback = books.records.filter(({ destination }) => destination.reason !== 'MAPPED');
    const keyOf = ({ stackSubscription, destination, meterId, tenant }: KnownRecord) => {
      const same = fallback.filter(
        (other) => other.stackSubscription === stackSubscription && other.meterId === meterId,
      );
      const since = dayText(Math.min(...same.map(({ usageHour }) => usageHour)));
      return [tenant, stackSubscription, destination.reason, meterId, since];
    };
    const meant = fallback.filter(({ usageHour }) => hourText(usageHour) >= range.from);
    expect(
      answered(rows, ({ tenant, stackSubscription, reason, meter, since }) => [
        tenant?.tenantId ?? null,
        stackSubscription?.stackSubscriptionId,
        reason,
        meter.meterId,
        since,
      ]),
    ).toEqual(sumsOf(meant, keyOf));
  });

  it('tell what a change of mapping would move, and how many records closed days keep', async () => {
    const effectiveFrom = '2026-03-08T18:00:00.000Z';
    const question = { registration: 'hub', tenantId: TENANTS.alder, effectiveFrom };
    const { previewTenantMapping } = await run(gateway, 'CSP_ADMIN', PreviewTenantMappingDocument, question);
    const touched = books.records.filter(
      ({ tenant, usageHour }) => tenant === TENANTS.alder && hourText(usageHour) >= effectiveFrom,
    );
    const isOpen = ({ reportedHour }: KnownRecord) => dayText(reportedHour) >= '2026-03-09';
    const moves = previewTenantMapping.moves.reduce((sum, { records }) => sum + records, 0);
    expect(previewTenantMapping.cspSubscription).toBeNull();
    expect(moves).toBe(touched.filter(isOpen).length);
    expect(previewTenantMapping.closedRecords).toBe(touched.length - moves);
    const foreign = { ...question, tenantId: TENANTS.elm };
    expect(await refusals(gateway, 'CSP_ADMIN', PreviewTenantMappingDocument, foreign)).toEqual(['TENANT_NOT_FOUND']);
    expect(await refusals(gateway, 'AUDITOR', PreviewTenantMappingDocument, question)).toEqual(['FORBIDDEN']);
  });

  it('obey the conservation laws', async () => {
    const { invariants } = await run(gateway, 'OPERATOR', InvariantsDocument, {});
    expect(invariants.length).toBeGreaterThan(6);
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(await refusals(gateway, 'CSP_ADMIN', InvariantsDocument, {})).toEqual(['FORBIDDEN']);
  });
});

/** None, each, each pair in both orders, and all at once. */
function everyGrouping(): Grouping[][] {
  const pairs = GROUPINGS.flatMap((one) => GROUPINGS.filter((other) => other !== one).map((other) => [one, other]));
  return [[], ...GROUPINGS.map((one) => [one]), ...pairs, [...GROUPINGS]];
}

function groupOf(record: KnownRecord, groupBy: readonly Grouping[], clock: 'REPORTED' | 'USAGE'): readonly unknown[] {
  const { registration, tenant, stackSubscription, destination, meterId } = record;
  const day = dayText(clock === 'USAGE' ? record.usageHour : record.reportedHour);
  const { subscription, reason, since } = destination;
  const values: Readonly<Record<Grouping, unknown>> = {
    REGISTRATION: registration,
    TENANT: tenant,
    STACK_SUBSCRIPTION: stackSubscription,
    DAY: day,
    MONTH: day.slice(0, 7),
    DESTINATION: [subscription, reason, since === null ? null : hourText(since)],
  };
  return [...groupBy.map((grouping) => values[grouping]), meterId];
}

function groupOfRow(row: Sum, groupBy: readonly Grouping[]): readonly unknown[] {
  const { destination } = row;
  const values: Readonly<Record<Grouping, unknown>> = {
    REGISTRATION: row.registration?.name,
    TENANT: row.tenant?.tenantId ?? null,
    STACK_SUBSCRIPTION: row.stackSubscription?.stackSubscriptionId,
    DAY: row.day,
    MONTH: row.month,
    DESTINATION: [destination?.destinationSubscriptionId, destination?.reason, destination?.mappedSince],
  };
  return [...groupBy.map((grouping) => values[grouping]), row.meter.meterId];
}
