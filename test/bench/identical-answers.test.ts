/** The benchmark compares like with like: limit and naive stack answer as the gateway does, to the last digit. */

import type { BenchDatabase } from '../../bench/bench-database.js';
import { sqliteServer } from '../../bench/bench-database.js';
import { askerOf, bareAnswers } from '../../bench/bare-answers.js';
import { REST_DOOR } from '../../bench/end-to-end.js';
import { environmentOf } from '../../bench/gateway-books.js';
import { PAGES, cursorInTheMiddle, range } from '../../bench/growth-contest.js';
import { QUESTIONS, rowsIn } from '../../bench/questions.js';
import type { QuestionName } from '../../bench/questions.js';
import { apiKeyOn, fillReadingBooks } from '../../bench/reading-books.js';
import { recordOf } from '../../bench/usage-load.js';
import { createApp } from '../../src/app.js';
import type { App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { openSqliteFile } from '../../src/database/sqlite-driver.js';
import { createServer } from '../../src/http/server.js';
import { builtProgram, commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';

/** Two machines for each of sixty stack subscriptions. */
const MACHINES = 2;
/** Rows with two meters instead of twenty; each of sixty subscriptions has two rows in an hour. */
const ROWS: Readonly<Record<QuestionName, number>> = {
  page: 120,
  small: 1,
  'tenant by meter and day': 60,
  'all tenants by meter': 40,
  'per CSP subscription': 38,
};

describe('the handler that the benchmark calls the limit', () => {
  let database: BenchDatabase;
  let app: App;
  let server: Awaited<ReturnType<typeof createServer>>;
  let apiKey: string;

  beforeAll(async () => {
    database = await sqliteServer.create();
    await fillReadingBooks(database, MACHINES);
    apiKey = await apiKeyOn(database);
    app = await createApp(readConfig(environmentOf(database)));
    server = await createServer(app);
  });

  afterAll(async () => {
    await server.close();
    await app.close();
    await database.remove();
  });

  it.each(Object.keys(QUESTIONS) as QuestionName[])('answers "%s" as the gateway does', async (name) => {
    const asker = askerOf(database.url);
    const byHand = await bareAnswers(asker.dialect, asker.ask)[name]();
    await asker.close();
    const response = await server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${apiKey}` },
      payload: QUESTIONS[name],
    });
    const { data, errors } = response.json<{ readonly data: unknown; readonly errors?: unknown }>();
    expect({ data, errors }).toEqual({ data: byHand, errors: undefined });
    expect(rowsIn(byHand)).toBe(ROWS[name]);
  });

  it('has pages in its middle, behind a cursor that the gateway takes', async () => {
    const after = await cursorInTheMiddle(database, apiKey);
    const response = await server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${apiKey}` },
      payload: { query: PAGES, variables: { range, after } },
    });
    const { data, errors } = response.json<{ readonly data: unknown; readonly errors?: unknown }>();
    expect(errors).toBeUndefined();
    expect(rowsIn(data)).toBe(1_000);
  });
});

describe('the naive ways that the benchmark measures against', () => {
  let command: CommandLine;
  let database: BenchDatabase;

  beforeEach(async () => {
    command = commandLine();
    database = await sqliteServer.create();
  });

  afterEach(async () => {
    await command.clean();
    await database.remove();
  });

  const served = async (file: string, args: readonly string[]) => {
    const env = environmentOf(database);
    const naive = command.start(args, { env, program: builtProgram('bench', 'peers', file) });
    const [, url = ''] = await naive.said(/serves (http:\S+)\/graphql/);
    return url;
  };

  it.each([
    ['row by row', []],
    ['through data loaders', ['loaders']],
  ])('answer a page, loaded %s, as the handler written by hand does', async (_how, args) => {
    await fillReadingBooks(database, MACHINES);
    const asker = askerOf(database.url);
    const byHand = await bareAnswers(asker.dialect, asker.ask).page();
    await asker.close();
    const response = await fetch(`${await served('naive-process.js', args)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nobody-looks-at-it' },
      body: JSON.stringify(QUESTIONS.page),
    });
    expect(await response.json()).toEqual({ data: byHand });
    expect(rowsIn(byHand)).toBe(ROWS.page);
  });

  it.each([
    ['a record at a time', []],
    ['a body at a time', ['bulk']],
  ])('take in, %s, what is sent twice once', async (_how, args) => {
    const url = await served('naive-ingest-process.js', args);
    const records = 40;
    const body = REST_DOOR.bodyOf(Array.from({ length: records }, (_, index) => recordOf(index)));
    for (let time = 1; time <= 2; time += 1) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url + REST_DOOR.path, { method: 'POST', headers, body });
      expect(await response.json()).toEqual({ accepted: records });
    }
    const file = openSqliteFile(database.url.slice('sqlite:'.length), { readonly: true });
    const held = file.prepare('SELECT COUNT(*) AS records FROM naive_usage').get();
    file.close();
    expect(held).toEqual({ records });
  });
});
