import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import type { CommandLine, Running } from '../support/command.js';
import { guid, usageRecord } from '../support/world.js';

const HOUR = 3_600_000;
const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base')];

let cli: CommandLine;

beforeEach(() => {
  cli = commandLine();
});
afterEach(async () => cli.clean());

describe('usage-gateway serve', () => {
  it('answers while other commands write to the same SQLite file, and ends cleanly when told', async () => {
    const gateway = cli.start(['serve']);
    const url = await addressOf(gateway);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await cli.run(['registration', 'hub', ...REGISTRATION])).toMatchObject({ code: 0 });
    const { stdout } = await cli.run(['token', '--role', 'AUDITOR']);
    const token = stdout.trim();

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
    expect(blocked).toMatchObject({ code: 1, stdout: '' });
    expect(blocked.stderr).toBe(
      `Port ${port} on 127.0.0.1 is in use. Stop what listens there, or set PORT to another one.\n`,
    );

    const gateway = cli.start(['serve'], { env: { PORT: String(port) } });
    expect(await addressOf(gateway)).toBe(`http://127.0.0.1:${port}`);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('usage-gateway demo', () => {
  it('stops while it loads, goes on, and does not load twice', async () => {
    const stopped = cli.start(['demo', '--days', '2']);
    await stopped.complained('Registering two stamps');
    stopped.signal('SIGINT');
    expect(await stopped.ended).toMatchObject({ code: 0, stdout: '' });

    const demo = cli.start(['demo', '--days', '2']);
    const [, url = '', operator = ''] = await demo.said(/(http:\S+)\/graphiql#token=(\S+)/);
    await demo.said('Ctrl-C stops it');
    const loaded = await batches(url, operator);
    demo.signal('SIGINT');
    const first = await demo.ended;
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('100%');
    for (const role of ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR']) {
      expect(first.stdout).toMatch(new RegExp(`\\n${role}.*\\n[\\w-]+\\.[\\w-]+\\.[\\w-]+\\n`));
    }

    const again = cli.start(['demo', '--days', '2']);
    const [, secondUrl = '', secondToken = ''] = await again.said(/(http:\S+)\/graphiql#token=(\S+)/);
    expect(await batches(secondUrl, secondToken)).toEqual(loaded);
    again.signal('SIGTERM');
    // Nothing was loaded, so no progress was shown.
    expect(await again.ended).toMatchObject({ code: 0, stderr: '' });
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
