import { createHash } from 'node:crypto';

import { verifyAuditChain } from '../../src/access/audit-store.js';
import { migrateUp } from '../../src/database/migrate.js';
import { batchText } from '../../src/pipeline/reporting/commerce-client.js';
import { getReport, readBatch } from '../../src/pipeline/reporting/report-store.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { releasedAnswers, restoreReleasedBooks } from '../support/released-books.js';
import type { ReleasedAnswers } from '../support/released-books.js';
import { guid, usageRecord } from '../support/world.js';
import { usageName } from '../../src/pipeline/ingestion/usage-record-store.js';
import { pushedIdentityText } from '../../src/pipeline/ingestion/usage-record.js';
import type { Tx } from '../../src/database/transaction.js';
import { digest16Hex } from '../../src/primitives/ids.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import { dayOf } from '../../src/primitives/windows.js';

describeEachDatabase('the books of 0.1.0, migrated', (server) => {
  let gateway: TestGateway;
  let expected: ReleasedAnswers;

  beforeAll(async () => {
    expected = await releasedAnswers('0.1.0');
    const { url, drop } = await restoreReleasedBooks(server, '0.1.0');
    const close = async () => {
      await drop();
    };
    gateway = await openTestGateway(server, { now: expected.asOf, database: { url, close } });
    await migrateUp(gateway.app.db);
  });
  afterAll(async () => gateway.close());

  it('hold every conservation law', async () => {
    const { data, errors } = await gateway.ask('OPERATOR', '{ invariants { name holds detail } }');
    expect(errors).toEqual([]);
    const { invariants } = data as { readonly invariants: readonly { readonly holds: boolean }[] };
    expect(invariants.length).toBeGreaterThan(5);
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('answer each question as 0.1.0 did, to the last digit', async () => {
    for (const [name, { query, data }] of Object.entries(expected.answers)) {
      const answer = await gateway.ask('OPERATOR', query);
      expect([name, answer.errors]).toEqual([name, []]);
      if (name !== 'log') expect([name, answer.data]).toEqual([name, data]);
    }
  });

  it('keep their seals, and their audit log from its first entry to its last', async () => {
    const { reader } = gateway.app.db;
    const seals = await reader.query<ReleasedAnswers['seals'][number]>(
      `SELECT g.name AS registration, p.reported_day AS reportedDay, p.checksum
         FROM day_seal p JOIN registration g ON g.id = p.registration_id ORDER BY g.name, p.reported_day`,
    );
    expect(seals.map((seal) => ({ ...seal }))).toEqual(expected.seals);
    const verified = await verifyAuditChain(reader, expected.audit.hash);
    expect(verified).toMatchObject({ problem: null, holdsExpected: true });
    expect(verified.entries).toBeGreaterThanOrEqual(expected.audit.entries);
    const log = expected.answers['log'] as { query: string; data: { auditLog: { nodes: unknown[] } } };
    const { data } = await gateway.ask('OPERATOR', log.query);
    const { nodes } = (data as typeof log.data).auditLog;
    expect(nodes.slice(-expected.audit.entries)).toEqual(log.data.auditLog.nodes);
  });

  it('send the same bytes under the same keys', async () => {
    const { reader } = gateway.app.db;
    const rows = await reader.query<{ id: number }>('SELECT id FROM usage_report ORDER BY id');
    const bytes: Record<string, string> = {};
    for (const { id } of rows) {
      const batch = await readBatch(reader, await getReport(reader, id));
      bytes[batch.idempotencyKey] = createHash('sha256').update(batchText(batch)).digest('hex');
    }
    expect(bytes).toEqual(expected.reportBytes);
    expect(rows.length).toBeGreaterThan(5);
  });

  it('let the key of 0.1.0 in, count nothing twice, and take in what is new', async () => {
    const stack = '55555555-0000-4000-8000-000000000001';
    const resourceUri = `/subscriptions/${stack}/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1`;
    const large = usageRecord({
      ...{ id: 'large', stackSubscriptionId: stack, resourceUri, tags: { costCenter: '4711' } },
      usageStartTime: '2026-03-08T10:00:00Z',
      quantity: '90071992547409931234567.123456789012345678901234',
    });
    const fresh = usageRecord({
      id: 'fresh',
      stackSubscriptionId: guid('new'),
      usageStartTime: '2026-03-11T05:00:00Z',
    });
    const response = await gateway.http.inject({
      method: 'POST',
      url: '/v1/usage?registration=hub',
      headers: { authorization: `Bearer ${expected.apiKey}` },
      payload: [large, fresh],
    });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ verdicts: [{ verdict: 'DUPLICATE' }, { verdict: 'ACCEPTED' }] });
  });
});

/** A record as 0.1.0 took it in, of one resource and usage hour of the registration `rim`. */
interface OldRecord {
  readonly id: string;
  readonly quantity: string;
  readonly corrects?: string;
  readonly source?: string;
  readonly meterId?: number;
  readonly reportedHour?: number;
}

const RIM = { registrationId: 2, stackSubscriptionId: 6, resourceId: 7, destinationId: 4, batchId: 47 };
const METER = 18;
const USAGE_HOUR = 492_534;
/** An open day of `rim`, and one before it that is open too. */
const LATE = 492_560;
const EARLY = 492_540;
const SOURCES: Readonly<Record<string, number>> = { 'Microsoft.Compute': 9_001, Other: 9_002 };

/** Pairs of a record and its correction, by what is wrong with them; those of `right` obey the rule. */
const PAIRS: Readonly<Record<string, readonly OldRecord[]>> = {
  right: [
    { id: 'a', quantity: '2' },
    { id: 'a fix', quantity: '-0.5', corrects: 'a' },
  ],
  'below zero': [
    { id: 'b', quantity: '1' },
    { id: 'b fix', quantity: '-3', corrects: 'b' },
  ],
  'of nothing': [{ id: 'c fix', quantity: '-0.25', corrects: 'nothing' }],
  'of another source': [
    { id: 'd', quantity: '5' },
    { id: 'd fix', quantity: '-1', corrects: 'd', source: 'Other' },
  ],
  'of another meter': [
    { id: 'e', quantity: '5' },
    { id: 'e fix', quantity: '-1', corrects: 'e', meterId: 4 },
  ],
  'of a correction': [
    { id: 'f', quantity: '5' },
    { id: 'f fix', quantity: '-1', corrects: 'f' },
    { id: 'f fix fix', quantity: '0.5', corrects: 'f fix' },
  ],
  'filed on a day before': [
    { id: 'g fix', quantity: '-1', corrects: 'g', reportedHour: EARLY },
    { id: 'g', quantity: '5' },
  ],
};

describeEachDatabase('corrections of 0.1.0 that break the rule', (server) => {
  it('are listed by the migration and excepted by name, and stay what they are', async () => {
    const { url, drop } = await restoreReleasedBooks(server, '0.1.0');
    const close = async () => {
      await drop();
    };
    const { asOf: now } = await releasedAnswers('0.1.0');
    const gateway = await openTestGateway(server, { now, database: { url, close } });
    const { app } = gateway;
    await app.db.inTransaction(insertOld);
    await migrateUp(app.db);

    const broken = ['b', 'nothing', 'e', 'f fix', 'g'].map((id) => nameOf('Microsoft.Compute', id));
    const exceptions = new Set(
      [...broken, nameOf('Other', 'd')].map((name) => `${name.slice(32)}/${name.slice(0, 32)}`),
    );
    const marked = await app.db.reader.query<{ usageDay: number; identity: Buffer }>(
      'SELECT usage_day AS usageDay, identity FROM corrected_record WHERE is_older = 1',
    );
    expect(new Set(marked.map(({ usageDay, identity }) => `${usageDay}/${identity.toString('hex')}`))).toEqual(
      exceptions,
    );
    expect(await lawOf(gateway)).toEqual({ holds: true, broken: [], excepted: exceptions });

    // The exceptions are these alone: the same done to another record breaks the law.
    await app.db.inTransaction((tx) =>
      tx.execute("UPDATE usage_record SET quantity = '0.25' WHERE record_id = 'a' AND stack_subscription_id = 6"),
    );
    expect(await lawOf(gateway)).toMatchObject({ holds: false });
    await gateway.close();
  });

  async function lawOf(gateway: TestGateway) {
    const { data, errors } = await gateway.ask('OPERATOR', '{ invariants { name holds detail } }');
    expect(errors).toEqual([]);
    const { invariants } = data as { readonly invariants: readonly { name: string; holds: boolean; detail: string }[] };
    const law = invariants.find(({ name }) => name === 'NO_RECORD_IS_CORRECTED_BELOW_ZERO');
    const broken = invariants.filter((one) => one !== law && !one.holds);
    return { holds: law?.holds, broken, excepted: new Set(law?.detail.match(/\d+\/[0-9a-f]{32}/g)) };
  }
});

async function insertOld(tx: Tx): Promise<void> {
  for (const [name, id] of Object.entries(SOURCES)) {
    await tx.execute('INSERT INTO usage_source (id, registration_id, name) VALUES (?, ?, ?)', [
      ...[id, RIM.registrationId, name],
    ]);
  }
  const totals = new Map<string, { readonly key: readonly number[]; units: bigint; records: number }>();
  for (const record of Object.values(PAIRS).flat()) {
    const {
      id,
      quantity,
      corrects = null,
      source = 'Microsoft.Compute',
      meterId = METER,
      reportedHour = LATE,
    } = record;
    const usageDay = dayOf(USAGE_HOUR);
    await tx.insertRows({
      table: 'usage_record',
      columns: [
        ...['stack_subscription_id', 'reported_hour', 'usage_hour', 'meter_id', 'resource_id', 'identity', 'usage_day'],
        ...['source_id', 'batch_id', 'record_id', 'corrects', 'quantity'],
      ],
      decimals: ['quantity'],
      rows: [
        [
          ...[RIM.stackSubscriptionId, reportedHour, USAGE_HOUR, meterId, RIM.resourceId],
          ...[Buffer.from(nameOf(source, id).slice(0, 32), 'hex'), usageDay],
          ...[SOURCES[source] ?? 0, RIM.batchId, id, corrects, quantity],
        ],
      ],
      onDuplicate: '',
    });
    const key = [RIM.stackSubscriptionId, usageDay, dayOf(reportedHour), meterId, RIM.destinationId];
    const total = totals.get(key.join(' ')) ?? { key, units: 0n, records: 0 };
    total.units += toUnits(quantity);
    total.records += 1;
    totals.set(key.join(' '), total);
  }
  await tx.insertRows({
    table: 'usage_day_total',
    columns: [
      ...['stack_subscription_id', 'usage_day', 'reported_day', 'meter_id', 'destination_id', 'quantity', 'records'],
    ],
    decimals: ['quantity'],
    rows: [...totals.values()].map(({ key, units, records }) => [...key, fromUnits(units), records]),
    onDuplicate: '',
  });
}

function nameOf(source: string, id: string): string {
  return usageName(digest16Hex(`${RIM.registrationId}\u0000${pushedIdentityText(source, id)}`), dayOf(USAGE_HOUR));
}
