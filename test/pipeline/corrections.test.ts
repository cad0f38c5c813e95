import { WHOLE_BOOKS } from '../../src/access/scope.js';
import type { App } from '../../src/app.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { deliveriesOfProvider, deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { addCspSubscription } from '../../src/tenancy/add-csp-subscription.js';
import { linesOfBooks } from '../support/book-lines.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

const NOW = Date.parse('2026-03-10T12:30:00Z');
const TODAY = dayOf(hourOf(NOW));
const TOMORROW = Date.parse('2026-03-11T06:00:00Z');
const STACK = guid('stack subscription');
const URI = '/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1';

const CORRECT = `mutation Correct($input: CorrectUsageInput!) { correctUsage(input: $input) {
  correction { id recordId source corrects quantity usageWindow { start } reportedWindow { start } destination { reason destinationSubscriptionId } }
  remaining userErrors { code field } } }`;

describeEachDatabase('corrections', (server) => {
  let gateway: TestGateway;
  let id: number;
  beforeEach(async () => {
    gateway = await openTestGateway(server);
    ({ id } = await registerStamp(gateway.app));
  });
  afterEach(async () => {
    expect(await brokenLaws()).toEqual([]);
    await gateway.close();
  });

  it('correct a record like themselves, down to nothing and no further, however the resource is described', async () => {
    await push(gateway.app, { id }, [usageRecord({ id: 'a', quantity: '1', tags: { costCenter: '1' } })]);
    const uri = URI.toUpperCase();
    expect(await codes(fix('f1', '-0.6', { resourceUri: uri, location: 'elsewhere', tags: {} }))).toEqual([null]);
    expect(await codes(fix('f2', '-0.400000000000000000000001'))).toEqual(['CORRECTION_BELOW_ZERO']);
    expect(await codes(fix('f3', '-0.4'), fix('f4', '0.5'), fix('f5', '-0.5'))).toEqual([null, null, null]);
    expect(await codes(fix('f6', '-0.000000000000000000000001'))).toEqual(['CORRECTION_BELOW_ZERO']);
    // What is in the books is a duplicate, whatever the rule would say of it now.
    expect(
      (await push(gateway.app, { id }, [fix('f1', '-0.6', { resourceUri: uri, location: 'elsewhere' })])).duplicates,
    ).toBe(1);
  });

  it.each<[string, JsonObject, string, string]>([
    [
      'of another stack subscription',
      { stackSubscriptionId: guid('other') },
      'CORRECTION_DIFFERS',
      'stackSubscriptionId',
    ],
    ['of another meter', { meterId: METERS.blobCapacity }, 'CORRECTION_DIFFERS', 'meterId'],
    ['of another resource', { resourceUri: '/other' }, 'CORRECTION_DIFFERS', 'resourceUri'],
    [
      'of another hour of the day',
      { usageStartTime: '2026-03-10T09:00:00Z', usageEndTime: '2026-03-10T10:00:00Z' },
      'CORRECTION_DIFFERS',
      'usageStartTime',
    ],
    [
      'of another day',
      { usageStartTime: '2026-03-09T10:00:00Z', usageEndTime: '2026-03-09T11:00:00Z' },
      'CORRECTED_RECORD_UNKNOWN',
      'corrects',
    ],
    ['of another source', { source: 'Microsoft.Storage' }, 'CORRECTED_RECORD_UNKNOWN', 'corrects'],
    ['of a correction', { corrects: 'f0' }, 'CORRECTION_OF_CORRECTION', 'corrects'],
  ])('refuse what is %s', async (_, difference, code, field) => {
    await push(gateway.app, { id }, [usageRecord({ id: 'a', quantity: '1' }), fix('f0', '-0.1')]);
    const before = await linesOfBooks(gateway.app.db, id);
    const receipt = await push(gateway.app, { id }, [fix('f1', '-0.1', difference)]);
    expect(receipt.verdicts).toMatchObject([{ verdict: 'REJECTED', code, field }]);
    expect(await linesOfBooks(gateway.app.db, id)).toEqual(before);
  });

  it('never take a record below zero together, from however many processes at once', async () => {
    const other = await gateway.second();
    const records = Array.from({ length: 6 }, (_, index) => `r${index}`);
    await push(
      gateway.app,
      { id },
      records.map((name) => usageRecord({ id: name, quantity: '1' })),
    );
    const batch = (name: string, order: readonly string[]) =>
      order.map((record) => fix(`${name} ${record}`, '-0.6', { corrects: record }));
    const receipts = await Promise.all([
      push(gateway.app, { id }, batch('one', records)),
      push(other, { id }, batch('two', [...records].reverse())),
      push(gateway.app, { id }, batch('three', records)),
      push(other, { id }, batch('four', [...records].reverse())),
    ]);
    expect(receipts.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(records.length);
    const refused = receipts.flatMap(({ verdicts }) => verdicts.flatMap(({ code }) => code ?? []));
    expect(new Set(refused)).toEqual(new Set(['CORRECTION_BELOW_ZERO']));
  });

  it('find their record in the same batch, in any order, and otherwise wait for it where everybody sees them', async () => {
    expect(await codes(fix('f1', '-0.25'), usageRecord({ id: 'a', quantity: '1' }))).toEqual([null, null]);
    const early = fix('f2', '-0.25', { corrects: 'b', tags: { why: 'early' } });
    expect(await codes(early)).toEqual(['CORRECTED_RECORD_UNKNOWN']);
    const tooMuch = fix('f3', '-0.8', { corrects: 'b' });
    expect(await codes(tooMuch, early)).toEqual(['CORRECTED_RECORD_UNKNOWN', 'CORRECTED_RECORD_UNKNOWN']);
    expect(await quarantine()).toEqual([
      { recordId: 'f3', code: 'CORRECTED_RECORD_UNKNOWN', isJudged: false, timesSeen: 1 },
      { recordId: 'f2', code: 'CORRECTED_RECORD_UNKNOWN', isJudged: false, timesSeen: 2 },
    ]);
    expect(await codes(usageRecord({ id: 'b', quantity: '1' }))).toEqual([null]);
    expect(await quarantine()).toEqual([
      { recordId: 'f3', code: 'CORRECTION_BELOW_ZERO', isJudged: false, timesSeen: 1 },
      { recordId: 'f3', code: 'CORRECTED_RECORD_UNKNOWN', isJudged: true, timesSeen: 1 },
      { recordId: 'f2', code: 'CORRECTED_RECORD_UNKNOWN', isJudged: true, timesSeen: 2 },
    ]);
    expect(await total()).toBe('1.5');
    // Nothing waits any more, so no batch looks for it.
    expect(await waiting()).toBe(0);
  });

  it('are taken in once where their record comes at the same moment, from another process', async () => {
    const other = await gateway.second();
    const names = Array.from({ length: 8 }, (_, index) => `r${index}`);
    await Promise.all(
      names.flatMap((name) => [
        push(gateway.app, { id }, [fix(`fix ${name}`, '-0.5', { corrects: name })]),
        push(other, { id }, [usageRecord({ id: name, quantity: '1' })]),
      ]),
    );
    expect(await total()).toBe('4');
    expect(await waiting()).toBe(0);
  });

  it('wait on where nobody may correct what somebody else sent, and that is told to nobody', async () => {
    const send = (receivedBy: string, record: JsonObject, app: App = gateway.app) =>
      recordUsage(app, { registrationId: id, receivedBy, deliveries: [deliveryOfRecord(record, NOW)] });
    await send('one', usageRecord({ id: 'a', quantity: '1' }));
    const [verdict] = (await send('two', fix('f1', '-0.1'))).verdicts;
    const [nothing] = (await send('two', fix('f2', '-0.1', { corrects: 'nothing' }))).verdicts;
    expect(verdict).toEqual({ ...nothing, recordId: 'f1' });
    await send('one', usageRecord({ id: 'a', quantity: '1' }));
    expect(await total()).toBe('1');
  });

  it('wait as what their sender sent, whoever else sends the very same afterwards', async () => {
    const send = (receivedBy: string, record: JsonObject) =>
      recordUsage(gateway.app, { registrationId: id, receivedBy, deliveries: [deliveryOfRecord(record, NOW)] });
    for (const sender of ['one', 'two', 'one', 'two']) await send(sender, fix('f1', '-0.25'));
    await send('one', usageRecord({ id: 'a', quantity: '1' }));
    expect(await total()).toBe('0.75');
    expect(await quarantine()).toMatchObject([
      { recordId: 'f1', isJudged: true, timesSeen: 2 },
      { recordId: 'f1', isJudged: true, timesSeen: 2 },
    ]);
  });

  it('go where their record went, though its day is closed and the customer was mapped elsewhere since', async () => {
    const { tenantId } = await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [STACK] });
    const change = { registration: 'hub', tenantId, by: 'test' };
    await addCspSubscription(gateway.app, WHOLE_BOOKS, {
      ...change,
      ...{ cspSubscriptionId: guid('csp two'), name: 'two', offer: 'CSP', partnerId: '4711' },
    });
    const to = (name: string) =>
      mapTenant(gateway.app, WHOLE_BOOKS, { ...change, cspSubscriptionId: guid(name), effectiveFrom: 0 });
    await to('csp Contoso');
    await push(gateway.app, { id }, [usageRecord({ id: 'a', quantity: '1' })]);
    gateway.clock.set(TOMORROW);
    // Filed on another day than its record, whose day is still open: both move.
    expect(await codes(fix('f1', '-0.25'))).toEqual([null]);
    await closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' });
    await to('csp two');
    expect(await codes(fix('f2', '-0.5'), usageRecord({ id: 'late', quantity: '7' }))).toEqual([null, null]);
    const billed = [
      ['2026-03-10T00:00:00.000Z', '1', 'csp Contoso'],
      ['2026-03-11T00:00:00.000Z', '-0.75', 'csp Contoso'],
      ['2026-03-11T00:00:00.000Z', '7', 'csp two'],
    ];
    expect(await daily()).toEqual(billed);
    expect(await brokenLaws()).toEqual([]);
    gateway.clock.set(TOMORROW + 24 * 3_600_000);
    await closeDays(gateway.app, { registrationId: id, through: TODAY + 1, by: 'test' });
    await to('csp Contoso');
    expect(await daily()).toEqual(billed);
  });

  it('are made by an operator of whatever is in the books: pulled, pushed by anybody, of a closed day', async () => {
    await pull([row('2.5', '/vm2')]);
    await recordUsage(gateway.app, {
      ...{ registrationId: id, receivedBy: 'somebody' },
      deliveries: [deliveryOfRecord(usageRecord({ id: 'a', quantity: '1' }), NOW)],
    });
    gateway.clock.set(TOMORROW);
    await closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' });
    const [pulled = '', pushed = ''] = await recordIds();
    expect(await correct({ record: pulled, quantity: '-2.25', reason: 'Counted twice.' })).toMatchObject({
      correction: { source: 'correction', quantity: '-2.25', reportedWindow: { start: '2026-03-11T06:00:00.000Z' } },
      remaining: '0.25',
      userErrors: [],
    });
    expect(await correct({ record: pulled, quantity: '-0.5', reason: 'Too much.' })).toEqual({
      correction: null,
      remaining: null,
      userErrors: [{ code: 'CORRECTION_BELOW_ZERO', field: ['quantity'] }],
    });
    const once = { record: pushed, quantity: '-0.75', reason: 'Once.', idempotencyKey: 'k' };
    const first = await correct(once);
    expect(first).toMatchObject({ remaining: '0.25', userErrors: [] });
    expect(await correct(once)).toEqual(first);
    expect(await correct({ ...once, quantity: '-0.1' })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
    });
    const own = (first as { correction: { id: string } }).correction.id;
    expect(await correct({ record: own, quantity: '1', reason: 'No.' })).toMatchObject({
      userErrors: [{ code: 'CORRECTION_OF_CORRECTION', field: ['record'] }],
    });
    for (const [input, field] of [
      [{ record: pushed, quantity: '0', reason: 'x' }, 'quantity'],
      [{ record: pushed, quantity: 'much', reason: 'x' }, 'quantity'],
      [{ record: pushed, quantity: `-0.${'1'.repeat(25)}`, reason: 'x' }, 'quantity'],
      [{ record: pushed, quantity: '-0.1', reason: ' ' }, 'reason'],
    ] as const) {
      expect(await correct(input)).toMatchObject({ userErrors: [{ code: 'INVALID_INPUT', field: [field] }] });
    }
    expect(await correct({ record: 'x', quantity: '-1', reason: 'x' })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    expect(await quarantine()).toEqual([]);
    const { data } = await gateway.ask(
      'AUDITOR',
      '{ auditLog(action: "correctUsage") { nodes { outcome target after } } }',
    );
    expect(data.auditLog.nodes).toMatchObject([
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'DENIED' },
      { outcome: 'REPLAYED' },
      { outcome: 'DONE', target: 'record a of hub', after: expect.stringContaining('"reason":"Once."') },
      { outcome: 'DENIED' },
      { outcome: 'DONE', after: expect.stringContaining('"reason":"Counted twice."') },
    ]);
  });

  it('of a stamp are rows below zero, which wait for an operator with a reason', async () => {
    const receipt = await pull([row('-0.5', '/vm2'), row('1', '/vm3')]);
    expect(receipt.verdicts.map(({ code }) => code)).toEqual(['NEGATIVE_QUANTITY', null]);
    const { data } = await gateway.ask('OPERATOR', '{ quarantinedRecords { nodes { id reportedWindow { start } } } }');
    const [{ id: refused, reportedWindow }] = data.quarantinedRecords.nodes;
    expect(reportedWindow).toEqual({ start: '2026-03-10T11:00:00.000Z' });
    const replay = async (more: object) => {
      const answer = await gateway.ask(
        'OPERATOR',
        `mutation R($input: ReplayQuarantinedInput!) { replayQuarantined(input: $input) { receipt { accepted duplicates } userErrors { code field } } }`,
        { input: { registration: 'hub', ids: [refused], ...more } },
      );
      return answer.data.replayQuarantined as object;
    };
    expect(await replay({})).toEqual({ receipt: null, userErrors: [{ code: 'REASON_REQUIRED', field: ['reason'] }] });
    const taken = { receipt: { accepted: 1, duplicates: 0 }, userErrors: [] };
    expect(await replay({ reason: 'The stamp takes back what it counted.' })).toEqual(taken);
    expect(await replay({ reason: 'Again.' })).toEqual({ receipt: { accepted: 0, duplicates: 1 }, userErrors: [] });
    expect(await total()).toBe('0.5');
    const log = await gateway.ask('AUDITOR', '{ auditLog(action: "replayQuarantined") { nodes { outcome after } } }');
    expect(log.data.auditLog.nodes).toMatchObject([
      { outcome: 'DONE', after: expect.stringContaining('"reason":"Again."') },
      { outcome: 'DONE', after: expect.stringContaining('"reason":"The stamp takes back') },
      { outcome: 'DENIED' },
    ]);
  });

  function fix(name: string, quantity: string, difference: JsonObject = {}): JsonObject & { usageStartTime?: string } {
    return usageRecord({ id: name, corrects: 'a', quantity, ...difference });
  }

  async function codes(...records: readonly JsonObject[]) {
    return (await push(gateway.app, { id }, records)).verdicts.map(({ code }) => code);
  }

  function pull(rows: readonly JsonObject[]) {
    const pulled = { reportedHour: TODAY * 24 + 11, source: 'stamp', now: gateway.clock.now() };
    const deliveries = deliveriesOfProvider({ rows, nextLink: null, latestUsageHour: null }, pulled);
    return recordUsage(gateway.app, { registrationId: id, receivedBy: 'collector', grantedSources: 'all', deliveries });
  }

  async function brokenLaws(): Promise<readonly object[]> {
    const { app } = gateway;
    const laws = await app.db.inSnapshot((sql) =>
      checkInvariants({ sql, routingTables: app.routingTables }, WHOLE_BOOKS),
    );
    return laws.filter(({ holds }) => !holds);
  }

  async function quarantine(): Promise<readonly object[]> {
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ quarantinedRecords { nodes { recordId code replayedAt timesSeen } } }',
    );
    const nodes = data.quarantinedRecords.nodes as readonly { replayedAt: string | null }[];
    return nodes.map(({ replayedAt, ...rest }) => ({ ...rest, isJudged: replayedAt !== null }));
  }

  async function waiting(): Promise<number> {
    const [row] = await gateway.app.db.reader.query<{ waiting: number }>(
      'SELECT SUM(waiting_corrections) AS waiting FROM registration',
    );
    return Number(row?.waiting);
  }

  async function total(): Promise<string> {
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ usageSummary(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-12T00:00:00Z" }) { nodes { quantity } } }',
    );
    return data.usageSummary.nodes[0].quantity as string;
  }

  async function daily(): Promise<readonly object[]> {
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageAggregates(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-13T00:00:00Z" }, granularity: DAILY) {
           nodes { id quantity reportedWindow { start } destination { destinationSubscriptionId } } } }`,
    );
    const nodes = data.usageAggregates.nodes as readonly {
      id: string;
      quantity: string;
      reportedWindow: { start: string };
      destination: { destinationSubscriptionId: string };
    }[];
    for (const { id: node, quantity } of nodes) {
      const again = await gateway.ask('OPERATOR', `{ node(id: "${node}") { ... on UsageAggregate { quantity } } }`);
      expect(again.data.node).toEqual({ quantity });
    }
    const names = new Map(['csp Contoso', 'csp two'].map((name) => [guid(name), name]));
    return nodes
      .map(({ quantity, reportedWindow, destination }) => [
        reportedWindow.start,
        quantity,
        names.get(destination.destinationSubscriptionId),
      ])
      .sort((left, right) => (left.join() < right.join() ? -1 : 1))
      .sort((left, right) => String(left[0]).localeCompare(String(right[0])));
  }

  async function recordIds(): Promise<readonly string[]> {
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ usageRecords(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }) { nodes { id recordId } } }',
    );
    const nodes = data.usageRecords.nodes as readonly { id: string; recordId: string | null }[];
    return [...nodes]
      .sort((left, right) => Number(left.recordId !== null) - Number(right.recordId !== null))
      .map((one) => one.id);
  }

  async function correct(input: object): Promise<object> {
    const { data, errors } = await gateway.ask('OPERATOR', CORRECT, { input });
    expect(errors).toEqual([]);
    return data.correctUsage as object;
  }
});

function row(quantity: string, resourceUri: string): JsonObject {
  return {
    name: 'row',
    properties: {
      subscriptionId: STACK,
      usageStartTime: '2026-03-10T09:00:00Z',
      usageEndTime: '2026-03-10T10:00:00Z',
      meterId: METERS.vmHours,
      quantity,
      instanceData: JSON.stringify({ 'Microsoft.Resources': { resourceUri, location: 'frankfurt' } }),
    },
  };
}
