/** The benchmark compares like with like: what it calls the limit answers as the gateway does, to the last digit. */
import type { BenchDatabase } from '../../bench/bench-database.js';
import { sqliteServer } from '../../bench/bench-database.js';
import { askerOf, bareAnswers } from '../../bench/bare-answers.js';
import { environmentOf } from '../../bench/gateway-books.js';
import { PAGES, cursorInTheMiddle, range } from '../../bench/growth-contest.js';
import { QUESTIONS, rowsIn } from '../../bench/questions.js';
import type { QuestionName } from '../../bench/questions.js';
import { apiKeyOn, fillReadingBooks } from '../../bench/reading-books.js';
import { createApp } from '../../src/app.js';
import type { App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createServer } from '../../src/http/server.js';

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
