/**
 * Runs all audits of GraphQL over HTTP (graphql-http) against a gateway of its own, on a database that is thrown away.
 * Prints what each level of the specification came to; exits 1 when one audit is not met. Build first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAudits } from 'graphql-http';

import 'reflect-metadata';
import { createApp } from '../dist/src/app.js';
import { readConfig } from '../dist/src/config.js';
import { migrateUp } from '../dist/src/database/migrate.js';
import { createServer } from '../dist/src/http/server.js';

const AUDITS = 61;
const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-audit-'));
const app = await createApp(readConfig({ DATA_FOLDER: folder, LOG_LEVEL: 'silent' }));
let results;
try {
  await migrateUp(app.db);
  const server = await createServer(app);
  const origin = await server.listen({ host: '127.0.0.1', port: 0 });
  results = await auditAll(`${origin}/graphql`, await app.tokens.sign(auditor(), 600));
  await server.close();
} finally {
  await app.close();
  await rm(folder, { recursive: true, force: true });
}

const missed = results.filter(({ status }) => status !== 'ok');
const levels = {};
for (const { name, status } of results) {
  const level = (levels[name.split(' ')[0]] ??= { audits: 0, met: 0 });
  level.audits += 1;
  if (status === 'ok') level.met += 1;
}
console.table(levels);
for (const { id, name, reason } of missed) console.log(`missed ${id} ${name}: ${reason}`);
console.log(`${results.length - missed.length} of ${results.length} audits are met.`);
process.exitCode = missed.length === 0 && results.length === AUDITS ? 0 : 1;

function auditor() {
  return { subject: 'audit', role: 'AUDITOR', registrations: 'all', tenants: 'all', resellers: 'all' };
}

async function auditAll(url, token) {
  const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' };
  const fetchFn = (address, options) => fetch(address, { ...options, headers: { ...headers, ...options?.headers } });
  const audited = [];
  for (const { id, name, fn } of serverAudits({ url, fetchFn })) {
    const { status, reason = '' } = await fn();
    audited.push({ id, name, status, reason });
  }
  return audited;
}
