/** Bodies that cost more to parse than their bytes: what is counted before, and how many are parsed at once. */
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send } from '../support/raw-request.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describeOnSqlite('A20 the values of a body', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  const bodyOf = (values: string) => `{"query":"{ __typename }","variables":{"x":[${values}]}}`;
  /** What is parsed of bodies of that size, each with the turn of the event loop in which it is. */
  async function parsedWhile(work: () => Promise<unknown>, { bytesMin }: { readonly bytesMin: number }) {
    const turns: number[] = [];
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn += 1;
      if (!isOver) setImmediate(count);
    };
    const { parse } = JSON;
    JSON.parse = ((text, reviver) => {
      if (text.length >= bytesMin) turns.push(turn);
      return parse(text, reviver) as unknown;
    }) satisfies typeof parse;
    setImmediate(count);
    try {
      await work();
    } finally {
      isOver = true;
      JSON.parse = parse;
    }
    return turns;
  }

  it.each([
    ['/graphql', 'numbers', '1'],
    ['/graphql', 'lists in each other', `${'['.repeat(25)}1${']'.repeat(25)}`],
    ['/graphql', 'objects', '{}'],
    ['/graphql', 'escapes', String.raw`"\u0041"`],
    ['/graphql/stream', 'texts', '"]"'],
  ])('on %s are counted before anything is parsed: %s', async (url, _what, item) => {
    const payload = bodyOf(Array.from({ length: Math.floor(260_000 / (item.length + 1)) }, () => item).join(','));
    const headers = { ...JSON_TYPE, ...(url === '/graphql/stream' && { accept: 'text/event-stream' }) };
    const turns = await parsedWhile(
      async () => {
        const { status, codes } = await send(gateway, { url, headers, payload });
        expect({ status, codes }).toEqual({ status: 413, codes: ['BATCH_TOO_LARGE'] });
      },
      { bytesMin: 10_000 },
    );
    expect(turns).toEqual([]);
  });

  it('are those outside of strings, whatever stands in these', async () => {
    const text = String.raw`"${'[,{'.repeat(10_000)}\",[\\"`;
    for (const values of [text, `${text},1`, `{"${'{,'.repeat(15_000)}":1}`]) {
      expect(await send(gateway, { headers: JSON_TYPE, payload: bodyOf(values) })).toMatchObject({ status: 200 });
    }
    // The list, the objects around it and its first item are a few, and each comma is one more.
    const most = (items: number) => bodyOf(Array.from({ length: items }, () => '1').join(','));
    expect((await send(gateway, { headers: JSON_TYPE, payload: most(19_990) })).status).toBe(200);
    expect((await send(gateway, { headers: JSON_TYPE, payload: most(20_010) })).status).toBe(413);
  });

  it('are read one body in a turn of the event loop, so that others are answered in between', async () => {
    const payload = bodyOf(`"${'x'.repeat(100_000)}"`);
    const turns = await parsedWhile(
      () => Promise.all(Array.from({ length: 8 }, () => send(gateway, { headers: JSON_TYPE, payload }))),
      { bytesMin: 100_000 },
    );
    expect(turns).toHaveLength(8);
    expect(new Set(turns).size).toBe(8);
  });
});
