import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { COMMAND_LINE } from '../../src/access/actor.js';
import { verifyAuditChain } from '../../src/access/audit-store.js';
import { GENESIS } from '../../src/access/audit-entry.js';
import { inAuditedTransaction } from '../../src/access/audited-transaction.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import type { Database } from '../../src/database/database.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { registerTenant } from '../../src/tenancy/register-tenant.js';
import { DONE, ID_FOR } from './audited-mutations.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { Answer, TestGateway, Who } from '../support/gateway.js';
import { guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

/** Records carry their own identity, and their batches are receipts that name the sender: not written down twice. */
const NOT_AUDITED = new Set(['recordUsage']);

describe('the acts', () => {
  it('begin no transaction of their own where they change who is who: the audited one is the only way', async () => {
    const allowed = [
      // The transaction itself, and entries that tell of no change.
      'access/audited-transaction.ts',
      'access/refusals.ts',
      // When a key was used is no change of what anybody may do.
      'access/api-keys.ts',
      // Records and their dictionary: receipts tell of them.
      'pipeline/pipeline.ts',
      'pipeline/ingestion/dictionary.ts',
      // How far a stamp was pulled.
      'collection/collect-usage.ts',
      // Closed days are a chained history of their own: who closed each, under a seal that continues the one before.
      'pipeline/closing/close-days.ts',
      // Deletes what an audited act has discarded.
      'pipeline/closing/sweep-discarded.ts',
      // Every attempt at sending is a row, and nobody decides anything. What a person asks for, a retry, is audited.
      'pipeline/reporting/prepare-reports.ts',
      'pipeline/reporting/send-reports.ts',
    ];
    const folder = join(import.meta.dirname, '..', '..', 'src');
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
    const texts = await Promise.all(
      files.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })),
    );
    const users = texts.filter(({ text }) => text.includes('.inTransaction(')).map(({ file }) => file);
    expect(users.sort()).toEqual(allowed.sort());
  });
});

describeEachDatabase('the audit log', (server) => {
  it('has an entry of every mutation that was done: who, what, before, after, and in which request', async () => {
    const gateway = await openTestGateway(server);
    const mutations = Object.keys((await createBareSchema()).getMutationType()?.getFields() ?? {});
    expect(Object.keys(DONE).sort()).toEqual(mutations.filter((name) => !NOT_AUDITED.has(name)).sort());
    let keyId = '';
    for (const [mutation, input] of Object.entries(DONE)) {
      const answers = mutation.endsWith('ApiKey') ? 'apiKey { keyId } userErrors { code }' : 'userErrors { code }';
      const id = (await ID_FOR[mutation]?.(gateway)) ?? keyId;
      const { data, errors } = await gateway.ask(
        'OPERATOR',
        `mutation { ${mutation}(${input.replace('…', id)}) { ${answers} } }`,
      );
      expect([mutation, errors, data[mutation].userErrors]).toEqual([mutation, [], []]);
      keyId = data[mutation].apiKey?.keyId ?? keyId;
    }
    const { data } = await gateway.ask(
      'AUDITOR',
      `{ auditLog(subject: "test-operator") { nodes { sequence at action outcome code subject role credential requestId target before after
         registration { name } } } verifyAuditLog { isIntact entries problem } }`,
    );
    const entries = [...data.auditLog.nodes].reverse();
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual(
      // Onboarding leaves the entries of the acts that it is made of.
      Object.keys(DONE).map((name) => [name === 'onboardTenants' ? 'registerTenant' : name, 'DONE']),
    );
    // One more: the registration that is discarded was made beside the API.
    expect(data.verifyAuditLog).toEqual({ isIntact: true, entries: entries.length + 1, problem: null });
    const mapped = entries.find(({ action }) => action === 'mapTenant');
    expect(mapped).toMatchObject({
      at: '2026-03-10T12:30:00.000Z',
      code: null,
      subject: 'test-operator',
      role: 'OPERATOR',
      credential: 'LOCAL_TOKEN',
      requestId: expect.stringMatching(/./),
      target: `tenant ${guid('tenant')} of edge`,
      registration: { name: 'edge' },
    });
    const was = { from: '2026-03-10T12:00:00.000Z', cspSubscriptionId: null, laterSteps: 0 };
    expect(JSON.parse(mapped.before)).toEqual(was);
    expect(JSON.parse(mapped.after)).toMatchObject({ cspSubscriptionId: guid('csp') });
    await gateway.close();
  });

  it('keeps nothing of a change that is rolled back', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    const before = await verified(gateway.app.db);
    const change = { result: null, target: 'x', registrationId: null, tenantId: null, before: null, after: {} };
    const act = inAuditedTransaction(gateway.app, { action: 'x', by: 'test' }, async (tx) => {
      await tx.execute('UPDATE registration SET name = ? WHERE name = ?', ['gone', 'hub']);
      // The answer cannot be kept: everything of the change goes with it.
      return { ...change, after: { toJSON: () => raise('no answer') } };
    });
    await expect(act).rejects.toThrow('no answer');
    expect(await verified(gateway.app.db)).toEqual(before);
    expect((await gateway.ask('OPERATOR', '{ registration(name: "hub") { name } }')).data.registration.name).toBe(
      'hub',
    );
    await gateway.close();
  });

  it('is one chain when two processes append at once', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    const other = await gateway.second();
    const before = (await verified(gateway.app.db)).entries;
    const acts = Array.from({ length: 16 }, (_, n) =>
      registerTenant(n % 2 === 0 ? gateway.app : other, WHOLE_BOOKS, {
        registration: 'hub',
        tenantId: guid(`tenant ${n}`),
        name: `Tenant ${n}`,
        by: COMMAND_LINE,
      }),
    );
    await Promise.all(acts);
    expect(await verified(gateway.app.db)).toMatchObject({ problem: null, entries: before + 16 });
    await gateway.close();
  });
});

describeOnSqlite('an entry of the audit log', (server) => {
  it('tells of every mutation that was refused: by role, by a rule, and for what is not theirs', async () => {
    const gateway = await openTestGateway(server);
    for (const name of ['hub', 'foreign']) await registerStamp(gateway.app, name);
    const before = (await verified(gateway.app.db)).entries;
    const admin = { role: 'CSP_ADMIN', registrations: ['hub'] } as const;
    const unmap = (registration: string) =>
      `mutation { unmapTenant(input: { registration: "${registration}", tenantId: "${guid('x')}" }) { userErrors { code } } }`;
    await gateway.ask('AUDITOR', unmap('hub'));
    await gateway.ask(admin, unmap('hub'));
    await gateway.ask(admin, unmap('foreign'));
    await gateway.ask(
      'TENANT_USER',
      'mutation { recordUsage(input: { registration: "hub", records: [] }) { userErrors { code } } }',
    );
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ auditLog(first: 4) { nodes { action outcome code role registration { name } } } }',
    );
    const denied = { outcome: 'DENIED', action: 'unmapTenant' };
    expect([...data.auditLog.nodes].reverse()).toEqual([
      { ...denied, code: 'FORBIDDEN', role: 'AUDITOR', registration: { name: 'hub' } },
      { ...denied, code: 'TENANT_NOT_FOUND', role: 'CSP_ADMIN', registration: { name: 'hub' } },
      { ...denied, code: 'RegistrationNotFound', role: 'CSP_ADMIN', registration: null },
      { ...denied, action: 'recordUsage', code: 'FORBIDDEN', role: 'TENANT_USER', registration: { name: 'hub' } },
    ]);
    expect(await verified(gateway.app.db)).toMatchObject({ problem: null, entries: before + 4 });

    const foreigner = { role: 'OPERATOR', registrations: ['foreign'] } as const;
    const theirs = await gateway.ask(foreigner, '{ auditLog { nodes { action target } } }');
    const foreign = ['openBooks', 'createRegistration'].map((action) => ({ action, target: 'registration foreign' }));
    expect(theirs.data.auditLog.nodes).toEqual(foreign);
    const whole = await gateway.ask(foreigner, '{ verifyAuditLog { entries } }');
    expect(whole.errors.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
    await gateway.close();
  });

  it('is read in pages, latest first, and each entry once', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    for (const name of ['a', 'b', 'c', 'd']) await registerCustomer(gateway.app, 'hub', name);
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await gateway.ask(
        'AUDITOR',
        'query ($after: String) { auditLog(first: 4, after: $after) { nodes { sequence } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      seen.push(...data.auditLog.nodes.map(({ sequence }: { sequence: number }) => sequence));
      after = data.auditLog.pageInfo.hasNextPage ? data.auditLog.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    await gateway.close();
  });

  it('is not written for days that close: those have a history of their own, with who closed them and a seal', async () => {
    const gateway = await openTestGateway(server);
    const { id: registrationId } = await registerStamp(gateway.app);
    await push(gateway.app, { id: registrationId }, [usageRecord()]);
    const before = await verified(gateway.app.db);
    gateway.clock.set('2026-03-12T00:30:00Z');
    const through = dayOf(hourOf(gateway.clock.now())) - 1;
    expect(await closeDays(gateway.app, { registrationId, through, by: 'closing' })).toEqual([through - 1]);
    expect(await closeDays(gateway.app, { registrationId, through, by: 'closing' })).toEqual([]);
    expect(await verified(gateway.app.db)).toEqual(before);
    const sealed = await gateway.app.db.reader.query(
      `SELECT c.closed_by AS closedBy, p.records FROM closed_day c JOIN day_seal p
        ON p.registration_id = c.registration_id AND p.reported_day = c.reported_day`,
    );
    expect(sealed).toEqual([{ closedBy: 'closing', records: 1 }]);
    await gateway.close();
  });
});

describeOnSqlite('an entry of usage that was pushed and refused', (server) => {
  it('tells of the role that may not, and of the registration that is not theirs, and not of batches taken in', async () => {
    const gateway = await openBooks(server);
    await registerStamp(gateway.app, 'foreign');
    const before = (await verified(gateway.app.db)).entries;
    const push = async (who: Who, registration: string) =>
      gateway.http.inject({
        method: 'POST',
        url: `/v1/usage?registration=${registration}`,
        headers: { authorization: `Bearer ${await gateway.token(who)}`, 'content-type': 'application/json' },
        payload: JSON.stringify([usageRecord()]),
      });
    const ingestor: Who = { role: 'INGESTOR', registrations: ['hub'] };
    expect((await push(ingestor, 'hub')).statusCode).toBe(200);
    expect((await push('AUDITOR', 'hub')).statusCode).toBe(403);
    expect((await push(ingestor, 'foreign')).statusCode).toBe(404);
    const { data } = await gateway.ask(
      'AUDITOR',
      '{ auditLog(first: 2) { nodes { action outcome code role target } } }',
    );
    const denied = { action: 'recordUsage', outcome: 'DENIED' };
    expect([...data.auditLog.nodes].reverse()).toEqual([
      { ...denied, code: 'FORBIDDEN', role: 'AUDITOR', target: 'registration hub' },
      { ...denied, code: 'RegistrationNotFound', role: 'INGESTOR', target: 'registration foreign' },
    ]);
    expect((await verified(gateway.app.db)).entries).toBe(before + 2);
    await gateway.close();
  });
});

describeEachDatabase('tampering with the audit log', (server) => {
  it('is found in every column, and in entries that are removed, swapped, added or cut off', async () => {
    const gateway = await openBooks(server);
    const { db } = gateway.app;
    const whole = await verified(db);
    expect(whole.problem).toBeNull();
    const columns = (await db.reader.query<object>('SELECT * FROM audit_entry WHERE sequence = 2')).flatMap(
      Object.keys,
    );
    expect(columns.length).toBe(16);
    const row = (sequence: number, assignment: string) =>
      `UPDATE audit_entry SET ${assignment} WHERE sequence = ${sequence}`;
    const forged = columns
      .filter((column) => column !== 'sequence')
      .map((column) => {
        const isNumber = column === 'at' || column.endsWith('ion_id') || column === 'tenant_id';
        return row(2, `${column} = ${isNumber ? '7777777' : "'x'"}`);
      });
    const restored = await db.reader.query<Record<string, string | number | null>>('SELECT * FROM audit_entry');
    const attacks = [
      ...forged.map((one) => [one]),
      ['DELETE FROM audit_entry WHERE sequence = 1'],
      ['DELETE FROM audit_entry WHERE sequence = 2'],
      [`DELETE FROM audit_entry WHERE sequence = ${whole.entries}`],
      [row(1, 'sequence = 99'), row(2, 'sequence = 1'), row(99, 'sequence = 2')],
      [row(1, 'sequence = 0')],
      ['DELETE FROM audit_entry'],
    ];
    for (const statements of attacks) {
      await db.inTransaction(async (tx) => {
        for (const statement of statements) await tx.execute(statement);
      });
      expect([statements, (await verified(db)).problem]).toEqual([statements, expect.stringMatching(/./)]);
      await restore(db, restored);
      expect(await verified(db)).toEqual(whole);
    }
    await gateway.close();
  });

  it('is found by a hash that was noted earlier, even where the whole chain was computed anew', async () => {
    const gateway = await openBooks(server);
    const { db } = gateway.app;
    const { hash: noted } = await verified(db);
    await registerCustomer(gateway.app, 'hub', 'Fabrikam');
    expect(await verifyAuditChain(db.reader, noted)).toMatchObject({ problem: null, holdsExpected: true });
    await db.inTransaction(async (tx) => {
      await tx.execute('DELETE FROM audit_entry');
      await tx.execute('UPDATE audit_head SET sequence = 0, hash = ?', [GENESIS]);
    });
    await registerCustomer(gateway.app, 'hub', 'Tailwind');
    expect(await verifyAuditChain(db.reader, noted)).toMatchObject({ problem: null, holdsExpected: false });
    await gateway.close();
  });
});

describeOnSqlite('a question to the audit log', (server) => {
  it.each(['action', 'subject'])('for one %s reads no entry of another', async (argument) => {
    const statements: string[] = [];
    const gateway = await openTestGateway(server, { onStatement: (statement) => statements.push(statement) });
    await gateway.ask('AUDITOR', `{ auditLog(${argument}: "x") { nodes { sequence } } }`);
    const asked = statements.find((statement) => statement.includes('FROM audit_entry')) ?? '';
    const plan = await gateway.app.db.reader.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked}`, ['x']);
    expect(plan.map(({ detail }) => detail)).toEqual([
      `SEARCH a USING INDEX ix_audit_entry_${argument} (${argument}=?)`,
    ]);
    await gateway.close();
  });
});

async function openBooks(server: TestServer): Promise<TestGateway> {
  const gateway = await openTestGateway(server);
  await registerStamp(gateway.app);
  await registerCustomer(gateway.app, 'hub', 'Contoso');
  return gateway;
}

function verified(db: Database) {
  return db.inSnapshot((sql) => verifyAuditChain(sql));
}

async function restore(db: Database, rows: readonly Record<string, string | number | null>[]): Promise<void> {
  await db.inTransaction(async (tx) => {
    await tx.execute('DELETE FROM audit_entry');
    const columns = Object.keys(rows[0] ?? {});
    const values = rows.map((row) => columns.map((column) => row[column] ?? null));
    await tx.insertRows({ table: 'audit_entry', columns, rows: values, onDuplicate: '' });
  });
}

function raise(message: string): never {
  throw new Error(message);
}
