import { setImmediate as letOthersRun } from 'node:timers/promises';
import fc from 'fast-check';

import { WHOLE_BOOKS, scope } from '../../src/access/scope.js';
import type { App } from '../../src/app.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { mapTenant, unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { addCspSubscription } from '../../src/tenancy/add-csp-subscription.js';
import { BooksModel, billedByGateway, partsOf } from '../support/books-model.js';
import type { ModelUsage } from '../support/books-model.js';
import { linesOfBooks } from '../support/book-lines.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

/** Noon of the first day; usage of the two days before arrives too. */
const START = hourOf(Date.parse('2026-03-30T12:00:00Z'));
const STACKS = ['one', 'two', 'three'].map(guid);
const TENANTS = ['Contoso', 'Fabrikam'];

type Act =
  | {
      readonly act: 'ingest';
      readonly usages: readonly ModelUsage[];
      readonly byOther: boolean;
      /** Corrections come before what they correct. */
      readonly isEarly: boolean;
    }
  | { readonly act: 'correct'; readonly corrections: readonly Correction[]; readonly byOther: boolean }
  | { readonly act: 'map'; readonly tenant: string; readonly back: number; readonly csp: 0 | 1 | null }
  | { readonly act: 'assign'; readonly stack: string; readonly tenant: string }
  | { readonly act: 'close' }
  | { readonly act: 'wait'; readonly hours: number };

/** Quarters by which the record at this place, of those that are there, is corrected; more than four are too many. */
interface Correction {
  readonly place: number;
  readonly quarters: number;
  readonly id: number;
}

/** One digit short of what a record may have: a correction may take back five quarters of it. */
const quantity = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: 0, max: 24 }))
  .map(([digits, places]) => {
    const text = digits.toString().padStart(places + 1, '0');
    const point = text.length - places;
    return `${text.slice(0, point)}${places === 0 ? '' : `.${text.slice(point)}`}`;
  })
  .filter((text) => /^\d{1,23}(\.\d+)?$/.test(text));
const usage = fc.record({
  recordId: fc.integer({ min: 0, max: 40 }).map((id) => `record ${id}`),
  stack: fc.constantFrom(...STACKS),
  meter: fc.constantFrom(METERS.vmHours, METERS.unknown),
  usageHour: fc.integer({ min: START - 40, max: START }),
  quantity,
});
const correction = fc.record({
  place: fc.nat(200),
  quarters: fc.integer({ min: -5, max: 2 }),
  id: fc.nat(40),
});
/** Usage with corrections of some of it, each of another record and none too far: what comes of them knows no order. */
const corrected = fc
  .uniqueArray(usage, {
    minLength: 1,
    maxLength: 16,
    selector: ({ recordId, usageHour }) => `${recordId} ${dayOf(usageHour)}`,
  })
  .chain((usages) =>
    fc
      .subarray([...usages])
      .chain((some) =>
        fc
          .array(fc.integer({ min: -4, max: 2 }), { minLength: some.length, maxLength: some.length })
          .map((quarters): readonly ModelUsage[] => [
            ...usages,
            ...some.map((one, index) => correctionOf(one, quarters[index] ?? 0, 0)),
          ]),
      ),
  );
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('ingest' as const),
      usages: corrected,
      byOther: fc.boolean(),
      isEarly: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('correct' as const),
      corrections: fc.array(correction, { minLength: 1, maxLength: 6 }),
      byOther: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('map' as const),
      tenant: fc.constantFrom(...TENANTS),
      back: fc.integer({ min: -6, max: 48 }),
      csp: fc.constantFrom(0 as const, 1 as const, null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('assign' as const),
      stack: fc.constantFrom(...STACKS),
      tenant: fc.constantFrom(...TENANTS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 26 }) }) },
  { weight: 1, arbitrary: fc.constant({ act: 'close' as const }) },
);

describeEachDatabase('the books', (server) => {
  let gateway: TestGateway;
  let other: App;
  let runs = 0;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
    other = await gateway.second();
  });
  afterAll(() => gateway.close());

  /** Books of their own for one run, with customers that can be mapped to either of two CSP subscriptions. */
  async function newBooks() {
    runs += 1;
    gateway.clock.set(START * 3_600_000);
    const name = `hub${runs}`;
    const { id } = await registerStamp(gateway.app, name, { baseSubscriptionId: guid('base') });
    for (const tenant of TENANTS) {
      const { tenantId } = await registerCustomer(gateway.app, name, tenant);
      await addCspSubscription(gateway.app, WHOLE_BOOKS, {
        registration: name,
        tenantId,
        cspSubscriptionId: guid(`csp ${tenant} 1`),
        name: 'second',
        offer: 'CSP',
        partnerId: '4711',
        by: 'test',
      });
    }
    return { id, name };
  }

  async function perform({ id, name }: { id: number; name: string }, what: Act, model: BooksModel): Promise<void> {
    const nowHour = hourOf(gateway.clock.now());
    switch (what.act) {
      case 'ingest':
      case 'correct':
        for (const batch of batchesOf(what, model.records)) {
          await push(what.byOther ? other : gateway.app, { id }, recordsOf(batch));
          model.take(batch, nowHour);
        }
        return;
      case 'map': {
        const effectiveFrom = nowHour - what.back;
        const change = { registration: name, tenantId: guid(`tenant ${what.tenant}`), effectiveFrom, by: 'test' };
        const csp = what.csp === null ? null : guid(what.csp === 0 ? `csp ${what.tenant}` : `csp ${what.tenant} 1`);
        if (csp === null) await unmapTenant(other, WHOLE_BOOKS, change);
        else await mapTenant(gateway.app, WHOLE_BOOKS, { ...change, cspSubscriptionId: csp });
        model.map(what.tenant, effectiveFrom, csp);
        return;
      }
      case 'assign':
        await assignStackSubscription(other, WHOLE_BOOKS, {
          registration: name,
          stackSubscriptionId: what.stack,
          tenantId: guid(`tenant ${what.tenant}`),
          by: 'test',
        });
        model.assign(what.stack, what.tenant);
        return;
      case 'close': {
        const through = dayOf(nowHour) - 1;
        await closeDays(gateway.app, { registrationId: id, through, by: 'test' });
        model.close(through);
        return;
      }
      case 'wait': {
        gateway.clock.set(gateway.clock.now() + what.hours * 3_600_000);
        return;
      }
    }
  }

  function brokenLaws(app: App, registrationId: number): Promise<readonly object[]> {
    const seen = scope({ registrationIds: [registrationId], tenantIds: 'all' });
    return app.db.inSnapshot(async (sql) => {
      const laws = await checkInvariants({ sql, routingTables: app.routingTables }, seen);
      return laws.filter(({ holds }) => !holds);
    });
  }

  it('say after every act what a few maps say: the same sums at each level, each at exactly one destination', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), async (acts) => {
        const books = await newBooks();
        const model = new BooksModel(guid('base'));
        for (const one of acts) {
          await perform(books, one, model);
          const { app } = gateway;
          const read = await billedByGateway({ sql: app.db.reader, routingTables: app.routingTables }, books.id);
          expect(read).toEqual({ hourly: model.billed(1), daily: model.billed(24), totals: model.billed(24) });
          expect(await brokenLaws(other, books.id)).toEqual([]);
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it('are the same however usage was sent: any order, any batches, any number of times, from two processes', async () => {
    const delivery = corrected.chain((usages) => {
      const chunk = fc.shuffledSubarray([...usages], { minLength: 1 });
      return fc.record({
        usages: fc.constant(usages),
        chunks: fc.array(chunk, { maxLength: 5 }),
        last: fc.shuffledSubarray([...usages], { minLength: usages.length }),
      });
    });
    await fc.assert(
      fc.asyncProperty(delivery, async ({ usages, chunks, last }) => {
        const [once, often] = [await newBooks(), await newBooks()];
        for (const { name } of [once, often]) {
          const within = { registration: name, tenantId: guid('tenant Contoso'), by: 'test' };
          await mapTenant(gateway.app, WHOLE_BOOKS, {
            ...within,
            cspSubscriptionId: guid('csp Contoso'),
            effectiveFrom: START - 20,
          });
          await assignStackSubscription(gateway.app, WHOLE_BOOKS, { ...within, stackSubscriptionId: STACKS[0] ?? '' });
        }
        const receipt = await push(gateway.app, once, recordsOf(usages));
        expect(receipt.accepted).toBe(usages.length);
        for (const chunk of [...chunks, last]) {
          const receipts = await Promise.all([gateway.app, other].map((app) => push(app, often, recordsOf(chunk))));
          for (const one of receipts) {
            expect(one.accepted + one.duplicates + one.rejected).toBe(chunk.length);
            const early = one.verdicts.filter(({ code }) => code === 'CORRECTED_RECORD_UNKNOWN');
            expect(early).toHaveLength(one.rejected);
          }
        }
        const { db } = gateway.app;
        expect(await linesOfBooks(db, often.id)).toEqual(await linesOfBooks(db, once.id));
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('are exact at every moment of a race between two processes that ingest, map, assign and close', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(corrected, { minLength: 3, maxLength: 5 }),
        fc.array(
          act.filter((one) => one.act !== 'wait' && one.act !== 'correct'),
          { minLength: 3, maxLength: 6 },
        ),
        async (batches, acts) => {
          const books = await newBooks();
          gateway.clock.set((START + 24) * 3_600_000);
          let isRacing = true;
          const broken: object[] = [];
          const observe = async () => {
            while (isRacing) {
              broken.push(...(await brokenLaws(other, books.id)));
              await letOthersRun();
            }
          };
          const observer = observe();
          const ingest = async (app: App, order: readonly (readonly ModelUsage[])[]) => {
            for (const batch of order) await push(app, books, recordsOf(batch));
          };
          const administer = async () => {
            for (const one of acts) await perform(books, one, new BooksModel(''));
          };
          await Promise.all([
            ingest(gateway.app, batches),
            ingest(other, [...batches].reverse()),
            administer(),
          ]).finally(() => (isRacing = false));
          await observer;
          expect(broken).toEqual([]);
          expect(await brokenLaws(gateway.app, books.id)).toEqual([]);
          // Who wins an id is left to the race; that somebody does, once, is not.
          const sent = [...batches.flat(), ...acts.flatMap((one) => (one.act === 'ingest' ? one.usages : []))];
          const records = sent.filter(({ corrects }) => corrects === undefined);
          const ids = new Set(records.map(({ recordId, usageHour }) => `${recordId} ${dayOf(usageHour)}`));
          const [row] = await gateway.app.db.reader.query<{ records: number }>(
            `SELECT COUNT(*) AS records FROM usage_record r
               JOIN stack_subscription s ON s.id = r.stack_subscription_id
              WHERE s.registration_id = ${books.id} AND r.corrects IS NULL`,
          );
          expect(Number(row?.records)).toBe(ids.size);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

function batchesOf(
  what: Extract<Act, { act: 'ingest' | 'correct' }>,
  records: readonly ModelUsage[],
): readonly (readonly ModelUsage[])[] {
  if (what.act === 'correct') return [correctionsOf(records, what.corrections)];
  return what.isEarly ? correctionsFirst(what.usages) : [what.usages];
}

function correctionsOf(records: readonly ModelUsage[], corrections: readonly Correction[]): readonly ModelUsage[] {
  return corrections.flatMap(({ place, quarters, id }) => {
    const record = records[place % Math.max(1, records.length)];
    return record === undefined ? [] : [correctionOf(record, quarters, id)];
  });
}

function correctionsFirst(usages: readonly ModelUsage[]): readonly (readonly ModelUsage[])[] {
  const isCorrection = ({ corrects }: ModelUsage) => corrects !== undefined;
  return [usages.filter(isCorrection), usages.filter((one) => !isCorrection(one))];
}

/** A correction of a record by so many quarters of it. */
function correctionOf(record: ModelUsage, quarters: number, id: number): ModelUsage {
  const units = toUnits(record.quantity) * BigInt(quarters);
  return {
    ...record,
    recordId: `fix ${id} of ${record.recordId}`,
    corrects: record.recordId,
    quantity: fromUnits((units - (units % 4n)) / 4n),
  };
}

function recordsOf(usages: readonly ModelUsage[]) {
  return usages.map((usage) => usageRecord(partsOf(usage)));
}
