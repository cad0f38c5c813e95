import { openStamp, page, sourceFor, stampRow, hourOfRequest } from './stamp.js';
import type { FakeStamp, StampAnswer, StampRequest } from './stamp.js';
import type { TestServer } from './databases.js';
import { openTestGateway } from './gateway.js';
import type { TestGateway } from './gateway.js';
import { registerStamp } from './world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { collectRound } from '../../src/collection/collect-round.js';
import type { CollectionSource } from '../../src/collection/collection-file.js';
import type { CollectionEvent } from '../../src/collection/collection-log.js';
import { findWatermark } from '../../src/collection/watermark-store.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';
import { hourOf } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';

/** When the clock of these tests stands; the four hours before are complete. */
const COLLECTING_AT = '2026-03-10T12:30:00Z';
export const NOW = hourOf(Date.parse(COLLECTING_AT));
export const FROM = NOW - 4;
export const USAGE = 'microsoft.commerce.admin/subscriberusageaggregates';

/**
 * One gateway for the tests of a block, each of which opens a registration and a stamp of its own. To be called within
 * the block: what was opened is closed after it.
 */
export function collectorsOn(server: TestServer) {
  let opened: TestGateway | undefined;
  const stamps: FakeStamp[] = [];
  const gateway = () => {
    if (opened === undefined) throw new Error('The gateway is open while tests run.');
    return opened;
  };
  beforeAll(async () => {
    opened = await openTestGateway(server, { now: COLLECTING_AT });
  });
  afterAll(async () => {
    await Promise.all(stamps.map((stamp) => stamp.close()));
    await opened?.close();
  });
  return {
    gateway,
    /** A stamp that no registration knows. */
    openStamp: async (answer: FakeStamp['answer']) => {
      const stamp = await openStamp(answer);
      stamps.push(stamp);
      return stamp;
    },
    /** `register` makes the registration: with books that are open, unless another one is given. */
    open: async (
      name: string,
      answer: FakeStamp['answer'],
      parts: Partial<CollectionSource> = {},
      register: typeof registerStamp = registerStamp,
    ) => {
      await register(gateway().app, name);
      const collector = await openCollector(gateway(), name, answer, parts);
      stamps.push(collector.stamp);
      return collector;
    },
    watermarkOf: (name: string) => watermarkOf(gateway(), name),
    booksOf: (name: string) => booksOf(gateway(), name),
  };
}

/** Answers for a stamp; `collect` runs one round, without waiting. */
async function openCollector(
  gateway: TestGateway,
  name: string,
  answer: FakeStamp['answer'],
  parts: Partial<CollectionSource> = {},
) {
  const stamp = await openStamp(answer);
  const source = sourceFor(stamp.url, name, FROM, parts);
  const waits: number[] = [];
  const collect = async (more: { readonly until?: number; readonly rereads?: boolean } = {}) => {
    const events: CollectionEvent[] = [];
    const result = await collectRound(gateway.app, source, {
      rereads: false,
      pause: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      log: (event) => events.push(event),
      signal: new AbortController().signal,
      ...more,
    });
    return { ...result, events, failures: events.filter(({ event }) => event === 'failed') };
  };
  return { stamp, source, waits, collect };
}

async function watermarkOf(gateway: TestGateway, name: string): Promise<number | null> {
  const { id } = await getRegistration(gateway.app.db.reader, WHOLE_BOOKS, name);
  return findWatermark(gateway.app.db.reader, id);
}

/** What the books hold of a registration: records and their sum. */
async function booksOf(gateway: TestGateway, name: string): Promise<readonly [number, string]> {
  const { reader } = gateway.app.db;
  const [row] = await reader.query<{ records: number; quantity: string | null }>(
    `SELECT COUNT(*) AS records, ${reader.dialect.sumOf('r.quantity')} AS quantity
       FROM usage_record r JOIN stack_subscription s ON s.id = r.stack_subscription_id
       JOIN registration g ON g.id = s.registration_id WHERE g.name_key = ?`,
    [name],
  );
  return [Number(row?.records ?? 0), canonicalQuantity(row?.quantity ?? '0')];
}

/** Three machines in each reported hour, used the hour before. */
export function threeMachines(request: StampRequest): StampAnswer {
  const hour = hourOfRequest(request);
  return page(['a', 'b', 'c'].map((machine) => stampRow(hour - 1, machine)));
}

/** Answers the first requests with these, and the others as usual. */
export function firstThen(
  answers: readonly StampAnswer[],
  usual: FakeStamp['answer'] = threeMachines,
): FakeStamp['answer'] {
  const left = [...answers];
  return (request) => left.shift() ?? usual(request);
}
