import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import type { CommandLine, Ended, Running } from '../support/command.js';
import { logLines } from '../support/log-lines.js';
import { guid, usageRecord } from '../support/world.js';
import { migrations } from '../../src/data-source.js';
import { RELEASE } from '../../src/primitives/release.js';

const HOUR = 3_600_000;
const LOGGED = { env: { LOG_LEVEL: 'info' } };
const TOKEN = String.raw`[\w-]+\.[\w-]+\.[\w-]+`;
const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base')];

let cli: CommandLine;

beforeEach(() => {
  cli = commandLine();
});
afterEach(async () => cli.clean());

describe('usage-gateway serve', () => {
  it('answers while other commands write to the same SQLite file, and ends cleanly when told', async () => {
    const gateway = cli.start(['serve'], LOGGED);
    const url = await addressOf(gateway);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await cli.run(['registration', 'hub', ...REGISTRATION])).toMatchObject({ code: 0 });
    const token = await tokenOf('AUDITOR');

    const records = Array.from({ length: 3_000 }, (_, index) => usageRecord({ id: `record-${index}`, ...recently() }));
    writeFileSync(join(cli.folder, 'usage.json'), JSON.stringify(records));
    const done = new AbortController();
    const ingest = cli.start(['ingest', join(cli.folder, 'usage.json'), '--registration', 'hub']);
    const writing = ingest.ended.finally(() => done.abort());
    const sums = new Set<string>();
    while (!done.signal.aborted) sums.add(await hubQuantity(url, token));
    expect(await writing).toMatchObject({ code: 0, stdout: expect.stringContaining('3000 accepted') as string });
    sums.add(await hubQuantity(url, token));
    // All of a batch or nothing of it.
    expect([...sums]).toEqual(['0', '3000']);

    gateway.signal('SIGINT');
    expect(await gateway.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends cleanly on SIGTERM, and says where a second one finds the port in use', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const blocked = await cli.start(['serve'], { env: { PORT: String(port) } }).ended;
    blocker.close();
    // Nothing was done before it listened.
    const pending = await cli.run(['migrate', '--pending']);
    expect(pending.stdout.trim().split('\n')).toEqual(migrations.map(({ name }) => name));
    expect(blocked).toMatchObject({ code: 1, stdout: '' });
    expect(blocked.stderr).toBe(
      `Port ${port} on 127.0.0.1 is in use. Stop what listens there, or set PORT to another one.\n`,
    );

    const gateway = cli.start(['serve'], { env: { PORT: String(port), LOG_LEVEL: 'info' } });
    expect(await addressOf(gateway)).toBe(`http://127.0.0.1:${port}`);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('writes lines of JSON alone to standard output, the first of which says what the books are', async () => {
    const gateway = cli.start(['serve'], LOGGED);
    const url = await addressOf(gateway);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready', books: 'LIVE' });
    gateway.signal('SIGTERM');
    const { stdout, stderr } = await gateway.ended;
    expect(logLines(stdout)[0]).toMatchObject({ books: 'LIVE', release: RELEASE, url, level: 30 });
    expect(stdout).not.toMatch(TOKEN);
    expect(stderr).toBe('');
  });

  it('gives a token to a terminal alone', async () => {
    const { stdout, stderr } = await onTerminal(['serve'], 'usage-gateway token');
    expect(stderr).toMatch(new RegExp(`graphiql#token=${TOKEN}\\n`));
    expect(stdout).toBe('');
  });
});

describe('usage-gateway demo', () => {
  it('stops while it loads, goes on, and does not load twice', async () => {
    const stopped = cli.start(['demo', '--days', '2']);
    await stopped.complained('Registering two stamps');
    stopped.signal('SIGINT');
    expect(await stopped.ended).toMatchObject({ code: 0, stdout: '' });

    const demo = cli.start(['demo', '--days', '2'], LOGGED);
    const url = await addressOf(demo);
    const operator = await tokenOf('OPERATOR');
    const loaded = await batches(url, operator);
    demo.signal('SIGINT');
    const first = await demo.ended;
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('100%');
    expect(logLines(first.stdout)[0]).toMatchObject({ books: 'DEMO', url, level: 30 });

    const again = cli.start(['demo', '--days', '2'], LOGGED);
    expect(await batches(await addressOf(again), operator)).toEqual(loaded);
    again.signal('SIGTERM');
    // Nothing was loaded, so no progress was shown.
    expect(await again.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('gives a terminal a token for each role, and its log none', async () => {
    const { stdout, stderr } = await onTerminal(['demo', '--days', '2'], 'Ctrl-C stops it');
    expect(stderr).toMatch(/Explore it: +http:\S+\/graphiql#token=\S+/);
    for (const role of ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR']) {
      expect(stderr).toMatch(new RegExp(`\\n${role}.*\\n${TOKEN}\\n`));
    }
    expect(stdout).toBe('');
  });

  it.each(['2026-03-10T12:30:00Z', 'yesterday'])('refuses to end at %s', async (until) => {
    const { code, stderr } = await cli.run(['demo', '--until', until]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '--until is a whole hour like 2026-03-10T12:00:00Z.\n' });
  });

  it.each(['1', '366', 'many'])('refuses %s days', async (days) => {
    const { code, stderr } = await cli.run(['demo', '--days', days]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '--days is a whole number from 2 to 365.\n' });
  });
});

/** Runs until it has said that, as on a terminal, and then stops it. */
function onTerminal(args: readonly string[], last: string): Promise<Ended> {
  let isStopped = false;
  return cli.run(args, {
    terminal: (text) => {
      if (isStopped || !text.includes(last)) return;
      isStopped = true;
      setImmediate(() => process.emit('SIGINT'));
    },
  });
}

async function tokenOf(role: string): Promise<string> {
  const { stdout } = await cli.run(['token', '--role', role]);
  return stdout.trim();
}

async function addressOf(gateway: Running): Promise<string> {
  const [, url = ''] = await gateway.said(/serves (http:\S+)\/graphql/);
  return url;
}

function recently() {
  return { usageStartTime: new Date((Math.floor(Date.now() / HOUR) - 5) * HOUR).toISOString() };
}

interface SummaryAnswer {
  readonly data: { readonly usageSummary: { readonly nodes: readonly { quantity: string; records: number }[] } };
}

async function ask(url: string, token: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

/** The last days, up to tomorrow. */
function range(): string {
  const day = (offset: number) => new Date((Math.floor(Date.now() / (24 * HOUR)) + offset) * 24 * HOUR).toISOString();
  return `{ from: "${day(-3)}", to: "${day(1)}" }`;
}

async function hubQuantity(url: string, token: string): Promise<string> {
  const query = `{ usageSummary(range: ${range()}, groupBy: [REGISTRATION]) { nodes { quantity records } } }`;
  const { data } = (await ask(url, token, query)) as SummaryAnswer;
  return data.usageSummary.nodes[0]?.quantity ?? '0';
}

async function batches(url: string, token: string): Promise<unknown> {
  const query = `{ usageSummary(range: ${range()}, groupBy: [REGISTRATION]) { nodes { meter { meterId } quantity records } } }`;
  const answer = (await ask(url, token, query)) as SummaryAnswer;
  expect(answer.data.usageSummary.nodes.length).toBeGreaterThan(3);
  return answer.data;
}
