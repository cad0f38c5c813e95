import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { fastify } from 'fastify';
import { buildSchema, graphql } from 'graphql';

import { serveGraphiql } from '../../src/http/web-pages.js';
import { collectComplaints, findBrowser, launchBrowser } from '../support/browser.js';
import { EXAMPLES } from '../../web/graphiql/example-list.js';

import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'dist', 'graphiql');
const browserPath = findBrowser();
const token = 'header.payload.signature';

/** What the page sent to /graphql: the bearer header of each request, newest last. */
const authorizations: (string | undefined)[] = [];

/** What the gateway says that its books are. */
let books = 'LIVE';

let server: FastifyInstance;
let origin: string;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(root, 'tools', 'build.mjs'), 'graphiql']);
  server = fastify();
  await serveGraphiql(server, folder);
  answerGraphql(server);
  origin = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => server.close());

describe('the GraphiQL page over HTTP', () => {
  test('is found with and without the slash at the end, and is never cached', async () => {
    const redirect = await server.inject('/graphiql');
    expect(redirect.statusCode).toBe(302);
    expect(new URL(String(redirect.headers.location), `${origin}/graphiql`).pathname).toBe('/graphiql/');

    const page = await server.inject('/graphiql/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  test('names only files of its own, which may be cached for ever', async () => {
    const { body } = await server.inject('/graphiql/');
    const named = [...body.matchAll(/ (?:src|href)="(?!data:)([^"]+)"/g)].map((match) => String(match[1]));
    expect(named.length).toBeGreaterThanOrEqual(2);
    for (const path of named) {
      expect(path).toMatch(/^\/graphiql\/assets\//);
      const file = await server.inject(path);
      expect(file.statusCode).toBe(200);
      expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  test.each(['/graphiql', '/graphiql/', '/graphiql/assets/missing.js'])(
    'sends a strict content security policy with %s',
    async (path) => {
      const { headers } = await server.inject(path);
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "worker-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(policy.join()).not.toContain('unsafe-eval');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
    },
  );

  test('leaves the headers of other routes alone', async () => {
    const answer = await server.inject({ method: 'POST', url: '/graphql', payload: {} });
    expect(answer.headers['content-security-policy']).toBeUndefined();
  });

  test('does not let a path climb out of its folder', async () => {
    for (const path of ['/graphiql/../package.json', '/graphiql/%2e%2e/%2e%2e/package.json']) {
      const { statusCode, body } = await server.inject(path);
      expect(statusCode).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('usage-gateway');
    }
  });

  test.each(['/graphiql', '/graphiql/', '/graphiql/assets/index.js'])(
    'says how to build the page where it is missing, at %s',
    async (path) => {
      const bare = fastify();
      await serveGraphiql(bare, join(folder, 'not-here'));
      const answer = await bare.inject(path);
      await bare.close();
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain('npm run build');
    },
  );
});

if (browserPath === undefined) {
  process.stderr.write('No Chromium is installed: the GraphiQL page is not opened in a browser.\n');
} else {
  describe('the GraphiQL page in a browser', () => inBrowser(browserPath));
}

function inBrowser(path: string): void {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let requested: string[];

  beforeAll(async () => {
    browser = await launchBrowser(path);
  });

  afterAll(async () => browser.close());

  beforeEach(async () => {
    authorizations.length = 0;
    context = await browser.newContext({ viewport: { width: 1400, height: 800 } });
    page = await context.newPage();
    complaints = await collectComplaints(page);
    requested = [];
    context.on('request', (request) => requested.push(request.url()));
  });

  afterEach(async () => context.close());

  test('comes from the gateway alone, and the policy refuses none of it', async () => {
    await open(page, '/graphiql/');
    const elsewhere = requested.filter((url) => !/^(data|blob):/.test(url) && !isOwn(url));
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await page.locator('.identity').textContent()).toBe('no token: paste one');
    expect(authorizations.every((header) => header === undefined)).toBe(true);
  });

  test('shows a badge on books that are made up, and none on live ones', async () => {
    await open(page, `/graphiql#token=${token}`);
    await page.getByText('OPERATOR · somebody').waitFor();
    expect(await page.locator('.books').count()).toBe(0);
    books = 'DEMO';
    await page.reload();
    await page.locator('.books').waitFor();
    expect(await page.locator('.books').textContent()).toBe('DEMO');
    books = 'LIVE';
  });

  test('takes the token from the fragment, hides it, and sends it as bearer', async () => {
    await open(page, `/graphiql#token=${token}`);
    await page.getByText('OPERATOR · somebody').waitFor();
    expect(page.url()).toBe(`${origin}/graphiql/`);
    expect(new Set(authorizations)).toEqual(new Set([`Bearer ${token}`]));

    // The token outlives a reload, though the address no longer has it.
    await page.reload();
    await page.getByText('OPERATOR · somebody').waitFor();
    expect(await page.evaluate('localStorage.length')).toBeGreaterThan(0);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(token);
    expect(complaints).toEqual([]);
  });

  test('takes another token from its field and from a link opened in the same tab', async () => {
    await open(page, '/graphiql/');
    await page.getByLabel('Token').fill('Bearer typed');
    await page.getByLabel('Token').press('Enter');
    await page.getByText('OPERATOR · somebody').waitFor();
    expect(authorizations).toContain('Bearer typed');

    const sent = page.waitForRequest(
      async (request) => (await request.allHeaders())['authorization'] === 'Bearer linked',
    );
    await page.goto(`${origin}/graphiql/#token=linked`);
    await sent;
    expect(complaints).toEqual([]);
  });

  test('underlines what the schema does not have, as its worker finds it', async () => {
    await open(page, '/graphiql/');
    // The variables of the first example stay, and are underlined as well: nothing declares them any more.
    const underlined = page.locator('.graphiql-query-editor .squiggly-error');
    await write(page, 'query Greeting { hello }');
    await underlined.waitFor({ state: 'detached' });
    await write(page, 'query Greeting { helo }');
    await underlined.waitFor();
    expect(page.workers().map((worker) => new URL(worker.url()).origin)).toContain(origin);
    expect(complaints).toEqual([]);
  });

  test('runs a query and shows the answer', async () => {
    await open(page, `/graphiql/#token=${token}`);
    await write(page, 'query Greeting { hello }');
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window', { hasText: 'good morning' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('says what to press until there is an answer, and to paste a token where there is none', async () => {
    await open(page, '/graphiql/');
    await page.locator('.answer-hint', { hasText: 'Paste a token' }).waitFor();
    await open(page, `/graphiql#token=${token}`);
    await page.locator('.answer-hint', { hasText: 'The answer appears here' }).waitFor();
    await write(page, 'query Greeting { hello }');
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window', { hasText: 'good morning' }).waitFor();
    expect(await page.locator('.answer-hint').count()).toBe(0);
  });

  test('runs a subscription as a stream, and shows each of its results, or why it was refused', async () => {
    await open(page, `/graphiql/#token=${token}`);
    await write(page, 'subscription Counting { count }');
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window', { hasText: '"count": 2' }).waitFor();
    expect(complaints).toEqual([]);
    await write(page, 'subscription Refused { count }');
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window', { hasText: 'not for you' }).waitFor();
  });

  test('puts the answer below the question on a narrow screen, and nothing beyond its edge', async () => {
    await page.setViewportSize({ width: 480, height: 900 });
    await open(page, `/graphiql/#token=${token}`);
    const [question, answer] = await Promise.all(
      ['.graphiql-query-editor', '.graphiql-response'].map((part) => boxOf(page, part)),
    );
    expect(answer?.top).toBeGreaterThan((question?.bottom ?? Infinity) - 1);
    for (const box of [question, answer]) {
      expect(box?.width).toBeGreaterThan(300);
      expect(box?.height).toBeGreaterThan(200);
      expect(box?.right).toBeLessThanOrEqual(480);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(480);
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('menuitem').first().waitFor();
    const menu = await boxOf(page, '.examples-list');
    expect(menu.right).toBeLessThan(480);
    expect(complaints).toEqual([]);
  });

  test('starts with the first example and opens another from the menu', async () => {
    const [first, second] = examples();
    await open(page, `/graphiql/#token=${token}`);
    await page.locator('.graphiql-query-editor', { hasText: first.title }).waitFor();

    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('menuitem', { name: second.title, exact: true }).click();
    await page.locator('.graphiql-query-editor', { hasText: second.title }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(2);

    // Choosing it once more shows the same tab.
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('menuitem', { name: first.title, exact: true }).click();
    await page.locator('.graphiql-query-editor', { hasText: first.title }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(2);
    expect(complaints).toEqual([]);
  });
}

const isOwn = (url: string) => new URL(url).origin === origin;

/** Goes to the path and waits until the editor stands and the schema is known. */
async function open(page: Page, path: string): Promise<void> {
  const schema = page.waitForResponse((response) => isIntrospection(response.request().postData()));
  await page.goto(origin + path);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await schema;
}

async function boxOf(page: Page, part: string) {
  const box = await page.locator(part).boundingBox();
  if (box === null) throw new Error(`${part} is not shown.`);
  return { ...box, right: box.x + box.width, top: box.y, bottom: box.y + box.height };
}

/** Replaces what the query editor holds. */
async function write(page: Page, query: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(query);
}

const isIntrospection = (body: string | null) => body?.includes('__schema') ?? false;

interface Example {
  readonly title: string;
}

/** The titles of the first two examples of the menu, read from the files themselves. */
function examples(): [Example, Example] {
  const [first, second] = EXAMPLES.map(({ name }) => ({ title: titleOf(textOf(name)) }));
  if (first === undefined || second === undefined) throw new Error('Two examples are needed.');
  return [first, second];
}

const textOf = (name: string) => readFileSync(join(root, 'web', 'graphiql', 'examples', `${name}.graphql`), 'utf8');

const titleOf = (query: string) => /^#+[ \t]*(.*\S)/.exec(query)?.[1] ?? '';

/** As much of a gateway as the page needs. */
function answerGraphql(target: FastifyInstance): void {
  const schema = buildSchema(`
    type Query { hello: String!, viewer: Viewer }
    type Subscription { count: Int! }
    type Viewer { subject: String!, role: String!, books: String! }
  `);
  const rootValue = {
    hello: 'good morning',
    viewer: () => ({ subject: 'somebody', role: 'OPERATOR', books }),
  };
  target.post<{ Body: { query: string } }>('/graphql/stream', async (request, reply) => {
    if (request.body.query.includes('Refused')) {
      return reply.status(403).send({ errors: [{ message: 'This is not for you.' }] });
    }
    const next = (count: number) => `event: next\ndata: ${JSON.stringify({ data: { count } })}\n\n`;
    return reply.type('text/event-stream').send(`${next(1)}:\n\n${next(2)}event: complete\ndata: \n\n`);
  });
  target.post<{ Body: { query?: string; operationName?: string } }>('/graphql', async (request) => {
    authorizations.push(request.headers.authorization);
    const { query = '{ hello }', operationName } = request.body;
    return graphql({ schema, rootValue, source: query, operationName });
  });
}
