/** Whoever takes reports is another's: what it answers is believed as far as it was agreed, and no further. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import type { CommerceClient } from '../../src/pipeline/reporting/commerce-client.js';
import { fileCommerce } from '../../src/pipeline/reporting/clients/file-commerce.js';
import { httpsCommerce } from '../../src/pipeline/reporting/clients/https-commerce.js';
import { marketplaceCommerce } from '../../src/pipeline/reporting/clients/marketplace-commerce.js';
import { systemClock } from '../../src/primitives/clock.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { OFFER } from '../support/marketplace.js';
import { report, reportBatch, takeInDays } from '../support/reporting.js';

const TOKEN = 'token-that-nobody-else-may-see';
const LEASE = { signal: new AbortController().signal, renew: async () => undefined, isFirstTry: false };
const HOUR = 3_600_000;
/** Whichever comes first, by the speed of the machine. */
const TOO_LONG = 'InvalidResponse|RequestTimedOut';
const ENDLESS = 'x'.repeat(65_536);

type Answer = (response: ServerResponse, sent: { readonly lines: readonly { readonly lineId: string }[] }) => void;

/** Writes as long as somebody reads. */
const endless: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(ENDLESS));
  };
  response.on('drain', more);
  more();
};
const accepted = (lines: readonly { readonly lineId: string }[]) =>
  lines.map(({ lineId }) => ({ lineId, status: 'ACCEPTED' }));
const says =
  (body: (lines: readonly { readonly lineId: string }[]) => unknown, status = 200): Answer =>
  (response, { lines }) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(lines)));
const saysText =
  (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text);

/** Nothing of these can be read. */
const UNREADABLE: readonly (readonly [string, Answer, string])[] = [
  ['never ends', endless, TOO_LONG],
  ['never comes', () => undefined, 'RequestTimedOut'],
  ['comes a byte at a time', dripping, 'RequestTimedOut'],
  ['is a page for people', saysText(200, '<html>OK</html>'), 'InvalidResponse'],
  ['is empty', saysText(200, ''), 'InvalidResponse'],
  ['says that there is nothing to say', saysText(204, ''), 'InvalidResponse'],
  ['is null', saysText(200, 'null'), 'InvalidResponse'],
  ['nests a million deep', saysText(200, '['.repeat(1_000_000)), 'InvalidResponse'],
  [
    'has a status of its own',
    says((lines) => ({ lines: lines.map(({ lineId }) => ({ lineId, status: 'MAYBE' })) })),
    'InvalidResponse',
  ],
  [
    'has a receipt that rings a terminal',
    says((lines) => ({ receipt: 'r\u001b[2J', lines: accepted(lines) })),
    'InvalidResponse',
  ],
  ['asks to come back in a thousand years', saysText(429, 'later', { 'retry-after': '31557600000' }), 'NetworkError'],
];

/** Nothing of these says what became of each line. */
const WRONG: readonly (readonly [string, Answer, string])[] = [
  ['never comes', () => undefined, 'RequestTimedOut'],
  ['leaves out a line', says((lines) => ({ lines: accepted(lines.slice(1)) })), 'InvalidResponse'],
  ['leaves out all of them', says(() => ({ receipt: 'thanks', lines: [] })), 'InvalidResponse'],
  ['names a line twice', says((lines) => ({ lines: accepted([...lines, ...lines]) })), 'InvalidResponse'],
  [
    'names a line that was not sent',
    says((lines) => ({ lines: accepted([...lines, { lineId: 'x' }]) })),
    'InvalidResponse',
  ],
  [
    'is for another report',
    says((lines) => ({ lines: accepted(lines.map((_line, at) => ({ lineId: `other-${at}` }))) })),
    'InvalidResponse',
  ],
  ['asks to come back in a thousand years', saysText(429, 'later', { 'retry-after': '31557600000' }), 'NetworkError'],
];

describeEachDatabase('a hostile receiver', (server) => {
  it('is never taken for one that has a report, and the report goes on: sent again as it was, and counted once', async () => {
    const { gateway, receiver, client, close } = await open(server);
    for (const [what, answer, code] of WRONG) {
      receiver.answer = answer;
      expect([what, await report(gateway.app, client)]).toEqual([
        what,
        { PENDING: 2, ACCEPTED: 0, REFUSED: 0, GIVEN_UP: 0 },
      ]);
      const rows = await gateway.app.db.reader.query(
        `SELECT r.state, r.lease_token AS lease, a.code FROM usage_report r JOIN usage_report_attempt a
          ON a.report_id = r.id AND a.attempt_no = r.attempts`,
      );
      const failed = { state: 'PENDING', lease: '', code: expect.stringMatching(code) as string };
      expect([what, rows]).toEqual([what, [failed, failed]]);
      gateway.clock.set(gateway.clock.now() + HOUR);
    }
    expect([receiver.keys.length, new Set(receiver.keys).size]).toEqual([2 * WRONG.length, 2]);
    receiver.answer = says((lines) => ({ receipt: 'r-1', lines: accepted(lines) }));
    expect(await report(gateway.app, client)).toMatchObject({ ACCEPTED: 2 });
    expect(await report(gateway.app, client)).toMatchObject({ ACCEPTED: 0 });
    expect([receiver.keys.length, new Set(receiver.keys).size]).toEqual([2 * WRONG.length + 2, 2]);
    await close();
  });
});

describeOnSqlite('what a hostile receiver says', (server) => {
  it('repeats no credential and no escape sequence in what is kept of it, and is short', async () => {
    const { gateway, receiver, client, close } = await open(server);
    receiver.answer = saysText(400, `no: Bearer ${TOKEN}\r\n\u001b]0;owned\u0007\u202Egnp.exe ${'💥'.repeat(10_000)}`);
    expect(await report(gateway.app, client)).toMatchObject({ GIVEN_UP: 2 });
    const [{ message } = { message: '' }] = await gateway.app.db.reader.query<{ message: string }>(
      'SELECT message FROM usage_report_attempt',
    );
    expect(message).toMatch(/^The receiver answered 400: no: … \]0;owned gnp\.exe 💥+$/u);
    expect(message.length).toBeLessThan(400);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Surrogate}]/u);
    await close();
  });

  it('leads nowhere: no credential and no usage goes to where it redirects, from reports, sums or the sign-in', async () => {
    const elsewhere = await openReceiver();
    const { receiver, url, client, close } = await open(server);
    receiver.answer = (response) => response.writeHead(307, { location: elsewhere.url }).end();
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({ code: 'RequestRefused' });
    await expect(client.totals('x', LEASE.signal)).rejects.toMatchObject({ code: 'RequestRefused' });
    const credentials = { tokenUrl: url, clientId: 'x', clientSecret: 's3cret', scope: null, timeoutMs: 400 };
    const signingIn = httpsCommerce({ url: elsewhere.url, credentials, timeoutMs: 400 }, systemClock);
    await expect(signingIn.send(batch(), LEASE)).rejects.toMatchObject({ code: 'RequestRefused' });
    expect(elsewhere.requests()).toBe(0);
    elsewhere.close();
    await close();
  });

  it.each(UNREADABLE)('an answer that %s is none', async (_what, answer, code) => {
    const receiver = await openReceiver();
    receiver.answer = answer;
    const client = httpsCommerce({ url: receiver.url, credentials: null, timeoutMs: 400 }, systemClock);
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({
      code: expect.stringMatching(code) as string,
    });
    receiver.close();
  });

  it.each([
    ['never ends', endless, TOO_LONG],
    ['never comes', () => undefined, 'RequestTimedOut'],
    ['has fewer events', saysText(200, '{"result":[]}'), 'InvalidResponse'],
    ['has more events', saysText(200, '{"result":[{"status":"Accepted"},{"status":"Accepted"}]}'), 'InvalidResponse'],
    ['is of another dimension', saysText(200, '{"result":[{"status":"Accepted","dimension":"x"}]}'), 'InvalidResponse'],
    ['has a status with an escape', saysText(200, '{"result":[{"status":"Acc\\u001b[2J"}]}'), 'InvalidResponse'],
    [
      'has a name with an escape',
      saysText(200, '{"result":[{"status":"Accepted","usageEventId":"\\u001b"}]}'),
      'InvalidResponse',
    ],
    ['redirects', saysText(308, '', { location: 'http://127.0.0.1:9/' }), 'RequestRefused'],
  ] as const)('an answer of the marketplace that %s is none', async (_what, answer, code) => {
    const receiver = await openReceiver();
    receiver.answer = answer;
    const client = marketplaceCommerce(
      { url: receiver.url, credentials: null, offer: OFFER, timeoutMs: 400 },
      systemClock,
    );
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({ code: expect.stringMatching(code) as string });
    receiver.close();
  });

  it.each([
    ['whose lines were cut', (folder: string) => truncate(join(folder, 'lines.jsonl'), 5), 'RequestRefused'],
    ['whose table is gone', (folder: string) => unlink(join(folder, 'lines.csv')), 'RequestRefused'],
    ['whose manifest is none', (folder: string) => writeFile(join(folder, 'manifest.json'), '[]'), 'InvalidResponse'],
    [
      'whose manifest has no end',
      (folder: string) => truncate(join(folder, 'manifest.json'), 2 ** 33),
      'InvalidResponse',
    ],
  ] as const)('a folder %s is not taken for the report that it was', async (_what, spoil, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-hostile-'));
    const client = fileCommerce(folder);
    await client.send(batch(), LEASE);
    const [name = ''] = await readdir(folder);
    await spoil(join(folder, name));
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({ code });
    await rm(folder, { recursive: true });
  });
});

function batch() {
  return reportBatch([{}]);
}

function dripping(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const drop = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drop));
}

/** Answers reports as the test says. */
async function openReceiver() {
  const keys: string[] = [];
  let requests = 0;
  const receiver = { answer: saysText(500, ''), keys };
  const take = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    keys.push(String(request.headers['idempotency-key']));
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const sent = body.startsWith('{"schema"') ? (JSON.parse(body) as Parameters<Answer>[1]) : { lines: [] };
      receiver.answer(response, sent);
    });
  };
  const server = createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}

/** A gateway with two reports that wait, of a line each, and a receiver that is asked with a token. */
async function open(server: TestServer) {
  const gateway: TestGateway = await openTestGateway(server);
  await takeInDays(gateway, [{ day: '2026-03-09', hours: 1 }]);
  gateway.clock.set('2026-03-10T12:00:00Z');
  await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
  const [receiver, identity] = [await openReceiver(), await openReceiver()];
  identity.answer = saysText(200, JSON.stringify({ access_token: TOKEN, expires_in: 1_000_000 }));
  const credentials = { tokenUrl: identity.url, clientId: 'x', clientSecret: 's3cret', scope: null, timeoutMs: 5_000 };
  const client: CommerceClient = httpsCommerce({ url: receiver.url, credentials, timeoutMs: 400 }, systemClock);
  return {
    gateway,
    receiver,
    url: receiver.url,
    client,
    close: async () => {
      receiver.close();
      identity.close();
      await gateway.close();
    },
  };
}
