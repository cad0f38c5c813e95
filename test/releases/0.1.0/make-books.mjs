/**
 * Makes the books of release 0.1.0 that the tests migrate, through the product's own API and acts.
 * Run it in a checkout of 0.1.0 (commit 901d654) that is built, on an empty database:
 *
 *   node make-books.mjs CHECKOUT DATABASE_URL EXPECTED_FILE
 *
 * EXPECTED_FILE gets what these books answer: the questions, the answers, and the digests of what a receiver is sent.
 * It is kept as it was: a newer release has other tables, and reads these books instead of making them.
 */
import crypto, { createHash } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// The keys are the same on every database, and so is the audit log that tells of them.
let drawn = 0;
crypto.randomBytes = (size) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(size / 32) }, () => createHash('sha256').update(`drawn ${(drawn += 1)}`).digest()),
  ).subarray(0, size);
syncBuiltinESMExports();

const [, , checkout, databaseUrl, expectedFile] = process.argv;
const load = (path) => import(pathToFileURL(join(resolve(checkout), 'dist', 'src', path)).href);
await import(pathToFileURL(join(resolve(checkout), 'node_modules', 'reflect-metadata', 'Reflect.js')).href);
const { createApp } = await load('app.js');
const { readConfig } = await load('config.js');
const { migrateUp } = await load('database/migrate.js');
const { createServer } = await load('http/server.js');
const { collectRound } = await load('collection/collect-round.js');
const { closeDueDays } = await load('pipeline/closing/close-due-days.js');
const { prepareReports } = await load('pipeline/reporting/prepare-reports.js');
const { sendReports } = await load('pipeline/reporting/send-reports.js');
const { CommerceError, batchText } = await load('pipeline/reporting/commerce-client.js');
const { getReport, readBatch } = await load('pipeline/reporting/report-store.js');
const { hourOf } = await load('primitives/windows.js');

const HOUR = 3_600_000;
const PARTNER = '4711';
const VM_HOURS = '6dab500f-a4fd-49c4-956d-229bb9c8c793';
const BLOB = 'b5c15376-6c94-4fdd-b655-1a69d138aca3';
const UNLISTED = 'aaaaaaaa-0000-4000-8000-00000000000f';
/** The same id for the same name, readable in the database. */
const guid = (kind, number) => `${kind.repeat(8)}-0000-4000-8000-00000000000${number}`;
const HUB = { cloudId: guid('1', 1), base: guid('2', 1) };
const RIM = { cloudId: guid('1', 2), base: guid('2', 2) };
const ALDER = { tenantId: guid('3', 1), csp: guid('4', 1), secondCsp: guid('4', 2), shop: guid('5', 1), lab: guid('5', 2) };
const BIRCH = { tenantId: guid('3', 2), stack: guid('5', 3) };
const ELM = { tenantId: guid('3', 3), csp: guid('4', 3), stack: guid('5', 4) };
const STRAY = guid('5', 5);

let time = 0;
const at = (moment) => (time = Date.parse(moment));
const clock = { now: () => time };

/** Reports come in this order; what is not named is taken. */
const FATES = ['TAKEN', 'REJECTED', 'UNREACHABLE', 'TAKEN', 'REFUSED'];
let sent = 0;
const commerce = {
  name: 'receiver of the test',
  totals: async () => null,
  send: async ({ idempotencyKey, lines }) => {
    const fate = FATES[sent++] ?? 'TAKEN';
    if (fate === 'UNREACHABLE') throw new CommerceError('NetworkError', 'The receiver cannot be reached.');
    if (fate === 'REFUSED') throw new CommerceError('RequestRefused', 'The receiver will not have it.');
    return {
      receipt: `receipt of ${idempotencyKey.slice(0, 8)}`,
      lines: lines.map(({ lineId }, index) =>
        fate === 'REJECTED' && index === 0
          ? { lineId, status: 'REJECTED', code: 'ResourceNotActive' }
          : { lineId, status: 'ACCEPTED', code: null },
      ),
    };
  },
};

const dataFolder = mkdtempSync(join(tmpdir(), 'books-of-0.1.0-'));
const config = readConfig({ DATABASE_URL: databaseUrl, DATA_FOLDER: dataFolder, LOG_LEVEL: 'silent' });
const app = await createApp(config, { clock, commerce });
at('2026-03-06T12:00:00Z');
await migrateUp(app.db);
const http = await createServer(app);
const tokenOf = (role, limits = {}) =>
  app.tokens.sign(
    { subject: `the ${role.toLowerCase()}`, role, registrations: 'all', tenants: 'all', resellers: 'all', ...limits },
    3600,
  );

/** One operation as an operator, or as who is said. */
async function ask(query, variables = {}, token = null) {
  const authorization = `Bearer ${token ?? (await tokenOf('OPERATOR'))}`;
  const response = await http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization, 'x-request-id': 'a-request' },
    payload: { query, variables },
  });
  return response.json();
}

/** One mutation, which must be done. */
async function change(name, input, fields = '') {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation M($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code message } } }`;
  const { data, errors } = await ask(query, { input });
  if (errors || data[name].userErrors.length > 0) throw new Error(JSON.stringify({ name, errors, data }));
  return data[name];
}

const registration = (name, { cloudId, base }, parts = {}) =>
  change('createRegistration', {
    ...{ name, cloudId, baseSubscriptionId: base, baseOffer: 'CSP', billingModel: 'PAY_AS_YOU_USE' },
    ...{ partnerId: PARTNER, isMultitenancyApproved: true, ...parts },
  });
await registration('hub', HUB);
await registration('rim', RIM, { usageIntake: 'PULLED' });
await change('registerReseller', { name: 'North', partnerId: '6020417' });
await change('registerTenant', { registration: 'hub', tenantId: ALDER.tenantId, name: 'Alder', reseller: 'North' });
await change('registerTenant', { registration: 'hub', tenantId: BIRCH.tenantId, name: 'Birch & Söhne 🌳' });
await change('registerTenant', { registration: 'rim', tenantId: ELM.tenantId, name: 'Elm' });
const csp = (registrationName, tenantId, cspSubscriptionId, name) =>
  change('addCspSubscription', { registration: registrationName, tenantId, cspSubscriptionId, name, partnerId: PARTNER });
await csp('hub', ALDER.tenantId, ALDER.csp, 'Alder production');
await csp('hub', ALDER.tenantId, ALDER.secondCsp, 'Alder second');
await csp('rim', ELM.tenantId, ELM.csp, 'Elm production');
const assign = (registrationName, tenantId, stackSubscriptionId) =>
  change('assignStackSubscription', { registration: registrationName, tenantId, stackSubscriptionId });
await assign('hub', ALDER.tenantId, ALDER.shop);
await assign('hub', ALDER.tenantId, ALDER.lab);
await assign('hub', BIRCH.tenantId, BIRCH.stack);
await assign('rim', ELM.tenantId, ELM.stack);
await change('mapTenant', {
  ...{ registration: 'rim', tenantId: ELM.tenantId, cspSubscriptionId: ELM.csp, effectiveFrom: '2026-03-08T02:00:00Z' },
});
const keyOf = (name) =>
  change('createApiKey', { name, role: 'INGESTOR', registrations: ['hub'], expiresAt: '2026-09-01T00:00:00Z' }, 'secret apiKey { keyId }');
const ingestor = await keyOf('metering');
const lost = await keyOf('lost laptop');
await change('revokeApiKey', { keyId: lost.apiKey.keyId });

async function push(records) {
  const response = await http.inject({
    method: 'POST',
    url: '/v1/usage?registration=hub',
    headers: { authorization: `Bearer ${ingestor.secret}`, 'content-type': 'application/json' },
    payload: JSON.stringify(records),
  });
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

function record(id, stackSubscriptionId, start, parts = {}) {
  const usageStartTime = new Date(start).toISOString();
  const usageEndTime = new Date(start + HOUR).toISOString();
  const resourceUri = `/subscriptions/${stackSubscriptionId}/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1`;
  return {
    ...{ id, source: 'Microsoft.Compute', stackSubscriptionId, meterId: VM_HOURS, resourceUri, location: 'frankfurt' },
    ...{ tags: { costCenter: '4711' }, usageStartTime, usageEndTime, quantity: '1', ...parts },
  };
}

/** Usage of every subscription each hour, delivered every six hours; now and then some that is late. */
async function pushDays(from, until) {
  for (let to = Date.parse(from) + 6 * HOUR; to <= Date.parse(until); to += 6 * HOUR) {
    time = to;
    const records = [];
    for (let start = to - 6 * HOUR; start < to; start += HOUR) {
      const hour = start / HOUR;
      for (const [index, stack] of [ALDER.shop, ALDER.lab, BIRCH.stack, STRAY].entries()) {
        if ((hour + index) % 3 !== 0) continue;
        const late = hour % 11 === 0 ? 30 * HOUR : 0;
        const digits = String(hour * 7919 + index).slice(-6);
        records.push(
          record(`r-${index}-${hour}`, stack, start - late, {
            meterId: [VM_HOURS, BLOB, VM_HOURS, UNLISTED][hour % 4],
            quantity: `${index}.${digits}000000000000000007`,
          }),
        );
      }
    }
    const { accepted } = await push(records);
    if (accepted !== records.length) throw new Error('A record was refused.');
  }
}

await pushDays('2026-03-07T00:00:00Z', '2026-03-08T12:00:00Z');
await change('mapTenant', {
  ...{ registration: 'hub', tenantId: ALDER.tenantId, cspSubscriptionId: ALDER.secondCsp },
  effectiveFrom: '2026-03-12T00:00:00Z',
});
await change('mapTenant', {
  ...{ registration: 'hub', tenantId: ALDER.tenantId, cspSubscriptionId: ALDER.csp },
  effectiveFrom: '2026-03-07T06:00:00Z',
});
// More digits than any float holds, a correction, a conflict, and what cannot be read.
const large = record('large', ALDER.shop, Date.parse('2026-03-08T10:00:00Z'), {
  quantity: '90071992547409931234567.123456789012345678901234',
});
const { usageEndTime: _end, ...endless } = record('endless', ALDER.shop, Date.parse('2026-03-08T10:00:00Z'));
await push([
  large,
  record('large-correction', ALDER.shop, Date.parse('2026-03-08T10:00:00Z'), { corrects: 'large', quantity: '-0.25' }),
  { ...large, quantity: '5' },
  endless,
]);

/** Closes what is over, six hours after midnight. */
const close = (now) => {
  at(now);
  return closeDueDays(app, { graceMs: 6 * HOUR, by: 'gateway', pulledBefore: async () => null });
};
const report = async () => {
  await prepareReports(app);
  await sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
};
await close('2026-03-08T13:00:00Z');
await report();
await pushDays('2026-03-08T12:00:00Z', '2026-03-09T12:00:00Z');
await close('2026-03-09T13:00:00Z');
await report();
await change('mapTenant', {
  ...{ registration: 'hub', tenantId: ALDER.tenantId, cspSubscriptionId: ALDER.secondCsp },
  effectiveFrom: '2026-03-08T13:00:00Z',
});
await change('unmapTenant', { registration: 'hub', tenantId: ALDER.tenantId, effectiveFrom: '2026-03-10T00:00:00Z' });
await pushDays('2026-03-09T12:00:00Z', '2026-03-11T00:00:00Z');

// The other stamp is asked, and answers two machines an hour.
const row = (start, machine, quantity, stack = ELM.stack) => {
  const instance = { resourceUri: `/machines/${machine}`, location: 'north', tags: 'null', additionalInfo: '' };
  return {
    properties: {
      ...{ subscriptionId: stack, usageStartTime: new Date(start).toISOString() },
      ...{ usageEndTime: new Date(start + HOUR).toISOString(), quantity, meterId: VM_HOURS },
      instanceData: JSON.stringify({ 'Microsoft.Resources': instance }),
    },
  };
};
const stamp = createHttpServer((request, response) => {
  const start = Date.parse(new URL(request.url, 'http://stamp').searchParams.get('reportedStartTime'));
  const value = [row(start, 'lathe', 1.5), row(start - 2 * HOUR, 'press', 0.1, start % (2 * HOUR) === 0 ? ELM.stack : STRAY)];
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
});
await new Promise((done) => stamp.listen(0, '127.0.0.1', done));
process.env.TOKEN_OF_STAMP = 'a-token';
const collect = (until) =>
  collectRound(
    app,
    {
      ...{ registration: 'rim', url: `http://127.0.0.1:${stamp.address().port}`, subscriptionGuid: guid('6', 1) },
      ...{ signIn: { kind: 'bearer', token: { env: 'TOKEN_OF_STAMP' } }, from: hourOf(Date.parse('2026-03-08T00:00:00Z')) },
      ...{ source: 'azure-stack', completeAfterMs: 0, rereadHours: 0, hoursAtOnce: 1, requestTimeoutMs: 20_000 },
      pullsSubscriptions: false,
    },
    {
      ...{ rereads: false, pause: async () => undefined, log: () => undefined },
      ...{ until: hourOf(Date.parse(until)), signal: new AbortController().signal },
    },
  );
at('2026-03-09T15:30:00Z');
await collect('2026-03-09T05:00:00Z');
const { closeDays } = await load('pipeline/closing/close-days.js');
const { getRegistration } = await load('registration/registration-store.js');
const { WHOLE_BOOKS } = await load('access/scope.js');
const rim = await getRegistration(app.db.reader, WHOLE_BOOKS, 'rim');
await closeDays(app, { registrationId: rim.id, through: Math.floor(Date.parse('2026-03-08') / (24 * HOUR)), by: 'gateway' });
await close('2026-03-10T07:00:00Z');
await report();

// Two rows that the stamp reported late for its closed day, of which one is taken in after all.
const { recordUsage } = await load('pipeline/pipeline.js');
const { deliveriesOfProvider, readUsageFile } = await load('pipeline/ingestion/usage-wire.js');
const start = Date.parse('2026-03-08T20:00:00Z');
const file = Buffer.from(JSON.stringify({ value: [row(start, 'saw', 2), row(start, 'drill', 3)] }));
await recordUsage(app, {
  ...{ registrationId: rim.id, receivedBy: 'command line' },
  deliveries: deliveriesOfProvider(readUsageFile(file, time).response, {
    ...{ reportedHour: hourOf(start), source: 'azure-stack', now: time },
  }),
});
const { data: late } = await ask('{ quarantinedRecords(registration: "rim") { nodes { id } } }');
await change('replayQuarantined', { registration: 'rim', ids: [late.quarantinedRecords.nodes[0].id] }, 'receipt { accepted }');
// A change that is refused is in the audit log as well.
const auditor = await tokenOf('AUDITOR');
await ask('mutation { registerReseller(input: { name: "Nobody" }) { userErrors { code } } }', {}, auditor);
// A day that is in reports which nobody has sent yet.
at('2026-03-11T07:00:00Z');
await closeDueDays(app, { graceMs: 6 * HOUR, by: 'gateway', pulledBefore: async () => null });
await prepareReports(app);

const RANGE = 'range: { from: "2026-03-05T00:00:00Z", to: "2026-03-12T00:00:00Z" }';
const DESTINATION = 'destination { destinationSubscriptionId reason mappedSince }';
const questions = {
  registrations:
    '{ registrations { nodes { name cloudId baseSubscriptionId baseOffer resourceGroup billingModel partnerId isMultitenancyApproved isUsageReportingEnabled usageIntake closedBefore createdAt createdBy } } }',
  customers:
    '{ tenants(first: 50) { nodes { tenantId name createdAt reseller { name partnerId } stackSubscriptions { stackSubscriptionId } mapping { effectiveFrom cspSubscription { cspSubscriptionId } } mappingHistory { effectiveFrom effectiveTo isSuperseded createdAt cspSubscription { cspSubscriptionId } } } } }',
  sumsByUsageDay: `{ usageSummary(${RANGE}, clock: USAGE, groupBy: [REGISTRATION, TENANT, STACK_SUBSCRIPTION, DESTINATION, DAY], first: 500) { nodes { day quantity records registration { name } tenant { tenantId } stackSubscription { stackSubscriptionId } meter { meterId } ${DESTINATION} } } }`,
  sumsByReportedDay: `{ usageSummary(${RANGE}, clock: REPORTED, groupBy: [REGISTRATION, DESTINATION, DAY], first: 500) { nodes { day quantity records registration { name } meter { meterId } ${DESTINATION} } } }`,
  sumsByMonth:
    '{ usageSummary(range: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }, clock: USAGE, groupBy: [REGISTRATION, MONTH], first: 500) { nodes { month quantity records registration { name } meter { meterId } } } }',
  fallback: `{ fallbackUsage(${RANGE}, first: 200) { nodes { reason since quantity records meter { meterId } tenant { tenantId } stackSubscription { stackSubscriptionId } } } }`,
  aggregates: `{ usageAggregates(${RANGE}, granularity: DAILY, first: 1000) { nodes { quantity records status usageWindow { start } reportedWindow { start } meter { meterId name unit } resource { uri location tags { name value } } stackSubscription { stackSubscriptionId } ${DESTINATION} } pageInfo { hasNextPage } } }`,
  reports:
    '{ usageReports(first: 100) { nodes { idempotencyKey reportedDay destinationSubscriptionId batchNo lineCount state attemptCount receipt errorCode errorMessage createdAt nextAttemptAt attempts { startedAt endedAt outcome code } } } }',
  quarantine:
    '{ quarantinedRecords(first: 50) { nodes { verdict code message raw recordId source timesSeen firstSeenAt lastSeenAt replayedAt reportedWindow { start } } } }',
  keys: '{ apiKeys(first: 50) { nodes { keyId name role registrations createdAt expiresAt revokedAt createdBy } } }',
  log: '{ auditLog(first: 100) { nodes { sequence at action outcome code subject role credential target before after hash } } }',
  completeness: '{ hub: completeness(registration: "hub") { completeThrough usageIntake } rim: completeness(registration: "rim") { completeThrough pulledThrough usageIntake } }',
};
const answers = {};
for (const [name, query] of Object.entries(questions)) {
  const { data, errors } = await ask(query);
  if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  answers[name] = { query, data };
}
const laws = await ask('{ invariants { name holds detail } verifyAuditLog { entries hash problem } }');
if (laws.errors || laws.data.invariants.some(({ holds }) => !holds)) throw new Error(JSON.stringify(laws));

/** What a receiver is sent of each report, as it would be sent now. */
const bytes = {};
for (const { id } of await app.db.reader.query('SELECT id FROM usage_report ORDER BY id')) {
  const batch = await readBatch(app.db.reader, await getReport(app.db.reader, id));
  bytes[batch.idempotencyKey] = createHash('sha256').update(batchText(batch)).digest('hex');
}
const seals = await app.db.reader.query(
  'SELECT g.name AS registration, p.reported_day AS reportedDay, p.checksum FROM day_seal p JOIN registration g ON g.id = p.registration_id ORDER BY g.name, p.reported_day',
);
const expected = {
  asOf: new Date(time).toISOString(),
  apiKey: ingestor.secret,
  audit: laws.data.verifyAuditLog,
  seals,
  reportBytes: bytes,
  answers,
};
writeFileSync(expectedFile, `${JSON.stringify(expected, null, 1)}\n`);
stamp.close();
await http.close();
await app.close();
rmSync(dataFolder, { recursive: true });
