import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { createCommerceServer } from '../../src/commerce-simulator/commerce-server.js';
import { commandLine } from '../support/command.js';
import type { CommandLine, Running } from '../support/command.js';
import { DEMO_STAMPS } from '../support/demo-stamps.js';
import { logLines } from '../support/log-lines.js';
import { guid } from '../support/world.js';

/** One checkout in which somebody runs the demo, and afterwards serves books of their own. */
let cli: CommandLine;
let receiver: string;
let stopReceiver: () => Promise<unknown>;

/** As somebody configures it who is about to go live; folders are left to their defaults. */
const env = () => ({
  ...{ DATA_FOLDER: '', LOG_LEVEL: 'info', COMMERCE: 'https', COMMERCE_URL: receiver },
  ...{ CLOSE_GRACE_HOURS: '0', CLOSE_EVERY_SECONDS: '1', REPORT_EVERY_SECONDS: '1' },
});

beforeAll(async () => {
  cli = commandLine();
  // What `usage-gateway fake-commerce` serves: to the gateways it is a receiver like any other.
  const taken = openCommerceBooks(':memory:');
  const server = createCommerceServer(taken, null);
  receiver = await server.listen({ host: '127.0.0.1', port: 0 });
  stopReceiver = async () => {
    await server.close();
    taken.close();
  };
  const demo = cli.start(['demo', '--days', '2'], { env: env() });
  await demo.said(/serves http/);
  demo.signal('SIGTERM');
  const { code, stdout, stderr } = await demo.ended;
  expect(code).toBe(0);
  expect(logLines(stdout)[0]).toMatchObject({ books: 'DEMO' });
  expect(stderr).toContain('COMMERCE is not used: the demo has a receiver of its own.');
});
afterAll(async () => {
  await stopReceiver();
  await cli.clean();
});

describe('the demo, and then a gateway of one’s own in the same checkout', () => {
  it('have two sets of books, and nothing made up is in the second', async () => {
    const { stdout } = await served(env(), async (url, token) => {
      expect(await ask(url, token, '{ viewer { books } registrations { nodes { name } } }')).toEqual({
        viewer: { books: 'LIVE' },
        registrations: { nodes: [] },
      });
    });
    expect(logLines(stdout)[0]).toMatchObject({ books: 'LIVE', level: 30 });
    expect(readdirSync(join(cli.folder, 'data')).sort()).toContain('demo');
    expect(existsSync(join(cli.folder, 'data', 'usage.sqlite'))).toBe(true);
    expect(existsSync(join(cli.folder, 'data', 'demo', 'usage.sqlite'))).toBe(true);
    expect(await received()).toEqual([]);
  });

  it('send nothing of the demo, whatever is configured: that is said once, and reports wait', async () => {
    const demoBooks = { ...env(), DATA_FOLDER: 'data/demo' };
    let names: unknown;
    const { stdout } = await served(demoBooks, async (url, token, gateway) => {
      await gateway.said('BOOKS_ARE_DEMO');
      names = await ask(url, token, '{ viewer { books } registrations { nodes { name } } }');
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready', books: 'DEMO' });
    });
    const lines = logLines(stdout);
    expect(lines[0]).toMatchObject({ books: 'DEMO', level: 40 });
    expect(lines.filter(({ code }) => code === 'BOOKS_ARE_DEMO')).toHaveLength(1);
    expect(names).toEqual({
      viewer: { books: 'DEMO' },
      registrations: { nodes: DEMO_STAMPS.map(({ name }) => ({ name })) },
    });
    const report = await cli.run(['report'], { env: inFolder('data/demo', env()) });
    expect(report).toMatchObject({ code: 1, stderr: expect.stringContaining('BOOKS_ARE_DEMO') as string });
    expect(await received()).toEqual([]);
  });

  it('keep out of each other: the demo refuses books that hold another registration, and changes nothing', async () => {
    const own = inFolder('own', {});
    await cli.run(['migrate'], { env: own });
    const stamp = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base')];
    expect(await cli.run(['registration', 'hub', ...stamp], { env: own })).toMatchObject({ code: 0, stderr: '' });
    const demo = await cli.start(['demo', '--days', '2'], { env: own }).ended;
    expect(demo).toMatchObject({ code: 1, stdout: '' });
    expect(demo.stderr).toMatch(/^These books hold the registration "hub", which the demo did not make\..*\n$/);
    expect(readdirSync(join(cli.folder, 'own')).filter((name) => name.startsWith('demo'))).toEqual([]);
    expect(await cli.run(['books'], { env: own })).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^LIVE\. Release \S+ wrote these books\. Registrations:\n {2}hub\n$/) as string,
    });

    const refused = await cli.run(['registration', 'hub', ...stamp], { env: inFolder('data/demo', {}) });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('(BOOKS_ARE_DEMO)');
  });

  it('are told apart by every command that opens them', async () => {
    const demo = inFolder('data/demo', {});
    const notice = 'These are demo books: nothing in them is ever reported.';
    const books = await cli.run(['books'], { env: demo });
    expect(books.stdout).toContain('contoso-hub, made by the demo');
    writeFileSync(join(cli.folder, 'none.json'), '[]');
    const ingest = ['ingest', join(cli.folder, 'none.json'), '--registration', 'contoso-hub'];
    for (const command of [ingest, ['migrate'], ['audit', 'verify'], ['close']]) {
      const { code, stderr } = await cli.run(command, { env: demo });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(notice) as string });
    }
    const decided = await cli.run(['books', '--decide', 'LIVE'], { env: demo });
    expect(decided).toMatchObject({ code: 1, stderr: expect.stringContaining('stay so') as string });
  });
});

/** Commands that run in this process do not stand in the folder of the checkout. */
function inFolder(folder: string, more: Readonly<Record<string, string>>) {
  return { ...more, DATA_FOLDER: join(cli.folder, folder) };
}

async function served(
  variables: Readonly<Record<string, string>>,
  work: (url: string, token: string, gateway: Running) => Promise<void>,
) {
  const gateway = cli.start(['serve'], { env: variables });
  const [, url = ''] = await gateway.said(/serves (http:\S+)\/graphql/);
  const folder = join(cli.folder, variables['DATA_FOLDER'] || 'data');
  const { stdout } = await cli.run(['token', '--role', 'OPERATOR'], { env: { DATA_FOLDER: folder } });
  await work(url, stdout.trim(), gateway);
  gateway.signal('SIGTERM');
  const ended = await gateway.ended;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended;
}

async function ask(url: string, token: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { readonly data: unknown };
  return data;
}

/** What the receiver has of the demo's stamps. */
async function received(): Promise<readonly unknown[]> {
  const answers = await Promise.all(
    DEMO_STAMPS.map(async ({ cloudId }) => (await fetch(`${receiver}/totals?cloudId=${cloudId}`)).json()),
  );
  return answers.flatMap((answer) => (answer as { readonly totals: readonly unknown[] }).totals);
}
