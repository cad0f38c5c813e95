/**
 * Random acts against the gateway and a plain model of it, with crashes between statements and a receiver that fails.
 */
import { Crash } from './crasher.js';
import type { Crasher } from './crasher.js';
import type { Coverage, Event } from './coverage.js';
import { corrections, expectedOf } from './corrections.js';
import type { Sent } from './corrections.js';
import { Model, totalKey } from './model.js';
import { differences, expectSame, totalsOf } from './sums.js';
import type { ModelRecord } from './model.js';
import { randomOf } from '../support/random.js';
import { METERS, guid, openStamp, registerCustomer, setUpStamp, usageRecord } from '../support/world.js';
import type { TestClock } from '../support/gateway.js';
import { WHOLE_BOOKS, scope } from '../../src/access/scope.js';
import type { CommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { FAULTS, commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import type { Fault } from '../../src/commerce-simulator/commerce-in-process.js';
import type { Database } from '../../src/database/database.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { readConfig } from '../../src/config.js';
import { createDictionary } from '../../src/pipeline/ingestion/dictionary.js';
import { deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { retryReport } from '../../src/pipeline/reporting/retry-report.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant, unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { createRoutingTables } from '../../src/pipeline/routing/routing-store.js';
import { DomainError } from '../../src/primitives/errors.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import { dayOf, hourOf, hourText } from '../../src/primitives/windows.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { getRegistration } from '../../src/registration/registration-store.js';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T09:30:00Z');
const STEPS = 110;
/** Of an act that has not run to its end yet. */
const STATEMENTS_EXPECTED = 12;
const NEVER = new AbortController().signal;
const BY = 'simulation';

export interface World {
  readonly db: Database;
  readonly clock: TestClock;
  readonly books: CommerceBooks;
  readonly crasher: Crasher;
}

/** One seed's stamp, with its customers and what it must come to. */
interface Run extends World {
  readonly random: () => number;
  readonly stamp: string;
  readonly registrationId: number;
  readonly cloudId: string;
  readonly model: Model;
  readonly subscriptions: readonly { readonly customer: string | null; readonly id: string }[];
  readonly seals: Map<number, string>;
  /** How many statements each act has had so far at the most. */
  readonly longest: Map<string, number>;
  readonly happened: Set<Event>;
  pipeline: Pipeline;
}

/** Runs one seed, and adds what it met to the coverage. Throws where a law is broken, with what replays it. */
export async function simulate(world: World, seed: number, coverage: Coverage): Promise<void> {
  const run = await begin(world, seed);
  let last: string | null = null;
  for (let step = 0; step < STEPS; step += 1) {
    const [name, act] = choose(run);
    if (last !== null) coverage.pairs.add(`${last}, ${name}`);
    last = name;
    try {
      const end = await ending(run, name, act);
      if (end === 'DIED') coverage.crashes += 1;
      if (end !== 'ASKED NOTHING') await checkLaws(run);
    } catch (error) {
      throw new Error(`Seed ${seed}, step ${step} (${name}). Again: SEED=${seed} npm run sim`, { cause: error });
    }
    coverage.steps += 1;
  }
  try {
    await drain(run);
  } catch (error) {
    throw new Error(`Seed ${seed}, at its end. Again: SEED=${seed} npm run sim`, { cause: error });
  }
  coverage.add(run.happened);
}

async function begin(world: World, seed: number): Promise<Run> {
  const stamp = `seed-${seed}`;
  world.clock.set(START);
  world.books.reject([]);
  const pipeline = newProcess(world);
  const { id, cloudId } = await setUpStamp(pipeline, stamp);
  const model = new Model(stamp);
  model.booksFrom = dayOf(hourOf(START));
  const customers = [`${stamp}-a`, `${stamp}-b`];
  for (const name of customers) {
    const stackSubscriptions = [guid(`${name} 1`), guid(`${name} 2`)];
    await registerCustomer(pipeline, stamp, name, { stackSubscriptions });
  }
  const owned = customers.flatMap((customer) => [1, 2].map((n) => ({ customer, id: guid(`${customer} ${n}`) })));
  return {
    ...world,
    random: randomOf(seed),
    stamp,
    registrationId: id,
    cloudId,
    model,
    subscriptions: [...owned, { customer: null, id: guid(`${stamp} nobody's`) }],
    seals: new Map(),
    longest: new Map(),
    happened: new Set(),
    pipeline,
  };
}

/** A gateway process: what it remembers is gone when it dies. */
function newProcess({ db, clock }: World): Pipeline {
  return { db, clock, dictionary: createDictionary(readConfig({}).limits), routingTables: createRoutingTables() };
}

/** Two of five acts are to die, each of its statements as likely as any: as far as this run has seen it go before. */
async function ending(run: Run, name: string, act: Act): Promise<'DIED' | 'DONE' | 'ASKED NOTHING'> {
  const longest = run.longest.get(name) ?? STATEMENTS_EXPECTED;
  const left = run.random() < 0.4 ? pick(run, longest) : Infinity;
  try {
    const passed = await run.crasher.during(name, left, () => act(run));
    run.longest.set(name, Math.max(passed, run.longest.get(name) ?? 0));
    return passed === 0 ? 'ASKED NOTHING' : 'DONE';
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return 'DIED';
  } finally {
    // One that was to die and came to its end dies afterwards: what it remembered is lost as well.
    if (left !== Infinity) run.pipeline = newProcess(run);
  }
}

type Act = (run: Run) => Promise<void>;

const ACTS: readonly (readonly [string, number, Act])[] = [
  ['ingest', 7, (run) => ingest(run, newRecords(run))],
  ['correct', 3, (run) => ingest(run, corrections(run, hourOf(run.clock.now())))],
  ['send again', 2, (run) => ingest(run, oldRecords(run))],
  ['conflict', 1, (run) => ingest(run, changed(oldRecords(run)))],
  ['change a mapping', 5, changeMapping],
  ['clock forward', 5, (run) => moveClock(run, 4 + pick(run, 32))],
  ['clock back', 1, (run) => moveClock(run, -1 - pick(run, 3))],
  ['close', 4, close],
  ['import history', 4, importHistory],
  ['open the books', 2, openBooksNow],
  ['report', 4, report],
  ['reject a meter', 1, rejectMeter],
  ['retry', 1, retry],
];

function choose(run: Run): readonly [string, Act] {
  let left = run.random() * ACTS.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight, act] of ACTS) {
    left -= weight;
    if (left < 0) return [name, act];
  }
  return ['close', close];
}

function newRecords(run: Run): readonly Sent[] {
  const known = run.model.records.length;
  const meters = [METERS.vmHours, METERS.blobCapacity];
  return Array.from({ length: 1 + pick(run, 8) }, (_, index) => {
    const { customer, id } = run.subscriptions[pick(run, run.subscriptions.length)] ?? { customer: null, id: '' };
    return {
      id: `${known}-${index}-${pick(run, 1_000_000)}`,
      customer,
      stackSubscription: id,
      meterId: meters[pick(run, meters.length)] ?? METERS.vmHours,
      usageHour: hourOf(run.clock.now()) - 1 - pick(run, 60),
      quantity: fromUnits(BigInt(pick(run, 2 ** 31)) ** 2n + 1n),
    };
  });
}

/** Of hours that have begun by this process's clock, which may have been set back: others it would refuse. */
function oldRecords(run: Run): readonly Sent[] {
  const now = hourOf(run.clock.now());
  return run.model.records.filter(({ usageHour }) => usageHour <= now && run.random() < 0.3).slice(0, 20);
}

function changed(records: readonly Sent[]): readonly Sent[] {
  return records.map((record) => ({ ...record, quantity: fromUnits(toUnits(record.quantity) + 1n) }));
}

async function ingest(run: Run, records: readonly Sent[], asReported = false): Promise<void> {
  const now = run.clock.now();
  const receipt = await recordUsage(run.pipeline, {
    registrationId: run.registrationId,
    receivedBy: BY,
    deliveries: records.map((record) => deliveryOfRecord(asWire(record), now)),
    asReported,
  });
  const reportedDay = Math.max(dayOf(hourOf(now)), run.model.closedBefore);
  records.forEach((record, index) => {
    const expected = expectedOf(run.model, record);
    const verdict = receipt.verdicts[index]?.verdict;
    if (verdict !== expected) throw new Error(`${record.id} is ${expected}, and was answered ${String(verdict)}`);
    if (expected === 'REJECTED' && run.model.isOfHistory(record)) run.happened.add('corrections of history refused');
    if (expected !== 'ACCEPTED') return;
    run.model.take(record, asReported ? dayOf(record.usageHour) : reportedDay);
    if (run.model.isOfClosedDay(record)) run.happened.add('usage of closed days corrected');
    if (dayOf(record.usageHour) < run.model.closedBefore) run.happened.add('usage of closed days taken');
  });
}

/** Usage of before is filed under its own days while the books are set up, and refused afterwards. */
async function importHistory(run: Run): Promise<void> {
  const history = newRecords(run).map((record) => ({ ...record, usageHour: record.usageHour - 48 }));
  if (run.model.isOpen) {
    await expectRefused('BOOKS_ARE_OPEN', () => ingest(run, history, true));
    return;
  }
  await ingest(run, history, true);
  run.happened.add('history imported');
}

async function openBooksNow(run: Run): Promise<void> {
  try {
    await openStamp(run.pipeline, { name: run.stamp });
  } catch (error) {
    if (!run.model.isOpen || !isRefusal(error, 'BOOKS_ARE_OPEN')) throw error;
  } finally {
    // A crash after the commit leaves them open.
    const { state } = await run.crasher.aside(() => getRegistration(run.db.reader, WHOLE_BOOKS, run.stamp));
    if (run.model.isOpen && state !== 'OPEN') throw new Error('Books that were open are set up again');
    run.model.isOpen = state === 'OPEN';
  }
  run.happened.add('books opened');
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof DomainError && error.code === code;
}

async function expectRefused(code: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isRefusal(error, code)) return;
    throw error;
  }
  throw new Error(`This was to be refused with ${code}`);
}

function asWire({ id, stackSubscription, meterId, usageHour, quantity, corrects }: Sent) {
  return usageRecord({
    id,
    stackSubscriptionId: stackSubscription,
    meterId,
    usageStartTime: hourText(usageHour),
    quantity,
    ...(corrects !== undefined && { corrects }),
  });
}

async function changeMapping(run: Run): Promise<void> {
  const customer = `${run.stamp}-${run.random() < 0.5 ? 'a' : 'b'}`;
  // Now and then no hour is named: from the beginning while the books are set up, else from the current hour on.
  const named = run.random() < 0.8 ? hourOf(run.clock.now()) - 90 + pick(run, 96) : undefined;
  const effectiveFrom = named ?? (run.model.isOpen ? hourOf(run.clock.now()) : 0);
  // Mostly to the other side: a change that changes nothing is done now and then only.
  const isMapped = run.model.isMapped(customer, effectiveFrom) === run.random() < 0.2;
  const change = { registration: run.stamp, tenantId: guid(`tenant ${customer}`), effectiveFrom: named, by: BY };
  if (isMapped) {
    await mapTenant(run.pipeline, WHOLE_BOOKS, { ...change, cspSubscriptionId: guid(`csp ${customer}`) });
  } else await unmapTenant(run.pipeline, WHOLE_BOOKS, change);
  const before = run.model.records.map((record) => run.model.destinationOf(record));
  run.model.change(customer, { from: effectiveFrom, isMapped });
  const isMoved = run.model.records.some((record, index) => run.model.destinationOf(record) !== before[index]);
  if (isMoved) run.happened.add('usage remapped');
  if (run.model.holdsFrozen()) run.happened.add('closed usage kept where it was billed');
}

async function moveClock({ clock }: Run, hours: number): Promise<void> {
  clock.set(clock.now() + hours * HOUR);
}

async function close(run: Run): Promise<void> {
  const through = dayOf(hourOf(run.clock.now())) - 1;
  const closing = () => closeDays(run.pipeline, { registrationId: run.registrationId, through, by: BY });
  try {
    if (run.model.isOpen) await closing();
    else await expectRefused('BOOKS_NOT_OPEN', closing);
  } finally {
    // A crash leaves the days closed that were closed before it.
    const { closedBeforeDay } = await run.crasher.aside(() => getRegistration(run.db.reader, WHOLE_BOOKS, run.stamp));
    run.model.close(closedBeforeDay);
  }
}

async function report(run: Run): Promise<void> {
  const faults = Array.from({ length: pick(run, 4) }, (): Fault => FAULTS[pick(run, FAULTS.length)] ?? 'FAIL');
  await send(run, faults);
}

async function send(run: Run, faults: Fault[]): Promise<void> {
  const commerce = commerceInProcess(run.books, () => faults.shift() ?? null);
  await prepareReports(run.pipeline);
  await sendReports({ ...run.pipeline, commerce, jitter: run.random }, NEVER);
}

async function rejectMeter(run: Run): Promise<void> {
  run.books.reject(run.random() < 0.5 ? [METERS.blobCapacity] : []);
}

async function retry(run: Run): Promise<void> {
  const rows = await run.db.reader.query<{ id: number }>(
    `SELECT id FROM usage_report WHERE registration_id = ? AND state IN ('REFUSED', 'GIVEN_UP')`,
    [run.registrationId],
  );
  for (const { id } of rows) await retryReport(run.pipeline, WHOLE_BOOKS, { reportId: id, by: 'test' });
}

/** Everything is closed and sent in peace; then the receiver has exactly what the books say, and all of it. */
async function drain(run: Run): Promise<void> {
  run.books.reject([]);
  await openBooksNow(run);
  await moveClock(run, 24);
  await close(run);
  for (let round = 0; round < 3; round += 1) {
    await moveClock(run, 2);
    await retry(run);
    await send(run, []);
  }
  await checkLaws(run);
  const closed = sumsReceivable(run);
  expectSame('the receiver has what was closed', closed, receivedBy(run));
}

function sumsReceivable({ model }: Run, isChosen: (record: ModelRecord) => boolean = () => true) {
  return model.sums(
    (record) => [model.destinationOf(record), record.meterId],
    (record) => model.isReceivable(record) && isChosen(record),
  );
}

function receivedBy({ books, cloudId }: Run): ReadonlyMap<string, string> {
  const totals = books.totals(cloudId);
  return new Map(totals.map((total) => [`${total.destinationSubscriptionId} ${total.meterId}`, total.quantity]));
}

async function checkLaws(run: Run): Promise<void> {
  const { db, model, registrationId } = run;
  const { routingTables } = run.pipeline;
  const ours = scope({ registrationIds: [registrationId], tenantIds: 'all' });
  const laws = await db.inSnapshot((sql) => checkInvariants({ sql, routingTables }, ours));
  const broken = laws.filter(({ holds }) => !holds);
  if (broken.length > 0) throw new Error(broken.map(({ name, detail }) => `${name}: ${detail}`).join('\n'));
  expectSame(
    'the totals are those of the records',
    model.sums((record) => totalKey(model, record)),
    await totalsOf(db, registrationId),
  );
  await checkPermanence(run);
  const closed = sumsReceivable(run);
  const received = receivedBy(run);
  // What was taken back may be on its way still.
  const atMost = sumsReceivable(run, ({ quantity }) => !quantity.startsWith('-'));
  for (const [key, quantity] of received) {
    if (toUnits(quantity) > toUnits(atMost.get(key) ?? '0')) throw new Error(`The receiver has too much of ${key}`);
  }
  if (received.size === 0) return;
  run.happened.add('usage reported');
  const isLate = ({ usageHour, reportedDay }: ModelRecord) =>
    dayOf(usageHour) < reportedDay && reportedDay < model.closedBefore;
  const isAllReceived = differences(closed, received).length === 0;
  if (isAllReceived && run.happened.has('usage of closed days taken') && model.records.some(isLate)) {
    run.happened.add('that reported too');
  }
}

/** A day that was seen closed once is closed for ever, as it was. */
async function checkPermanence({ db, registrationId, seals }: Run): Promise<void> {
  const rows = await db.reader.query<{ day: number; checksum: string }>(
    'SELECT reported_day AS day, checksum FROM day_seal WHERE registration_id = ?',
    [registrationId],
  );
  const now = new Map(rows.map(({ day, checksum }) => [day, checksum]));
  for (const [day, checksum] of seals) {
    if (now.get(day) !== checksum) throw new Error(`Closed day ${day} changed`);
  }
  for (const [day, checksum] of now) seals.set(day, checksum);
}

function pick({ random }: Run, below: number): number {
  return Math.floor(random() * below);
}
