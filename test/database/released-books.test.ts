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
