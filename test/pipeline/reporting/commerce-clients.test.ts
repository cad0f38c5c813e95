import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';

import { openCommerceBooks } from '../../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../../src/commerce-simulator/commerce-in-process.js';
import { createCommerceServer } from '../../../src/commerce-simulator/commerce-server.js';
import { CommerceError } from '../../../src/pipeline/reporting/commerce-client.js';
import type { CommerceClient, ReportBatch, ReportLine } from '../../../src/pipeline/reporting/commerce-client.js';
import { fileCommerce } from '../../../src/pipeline/reporting/clients/file-commerce.js';
import { httpsCommerce } from '../../../src/pipeline/reporting/clients/https-commerce.js';
import { systemClock } from '../../../src/primitives/clock.js';
import type { Quantity } from '../../../src/primitives/quantity.js';
import { reportBatch } from '../../support/reporting.js';
import { METERS, guid } from '../../support/world.js';

const NEVER = new AbortController().signal;
const LEASE = { signal: NEVER, renew: async () => undefined, isFirstTry: false };
const SECRET = 'open sesame';

interface Opened {
  readonly client: CommerceClient;
  readonly close: () => Promise<void>;
}

async function openHttps(
  secret = SECRET,
): Promise<Opened & { readonly url: string; readonly control: (what: object) => Promise<void> }> {
  const books = openCommerceBooks(':memory:');
  const server = createCommerceServer(books, SECRET);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const credentials = {
    tokenUrl: `${url}/oauth/token`,
    clientId: 'gateway',
    clientSecret: secret,
    scope: null,
    timeoutMs: 5_000,
  };
  return {
    url,
    client: httpsCommerce({ url, credentials, timeoutMs: 400 }, systemClock),
    control: async (what) => {
      const headers = { 'content-type': 'application/json' };
      await fetch(`${url}/control`, { method: 'POST', headers, body: JSON.stringify(what) });
    },
    close: async () => {
      await server.close();
      books.close();
    },
  };
}

async function openFile(): Promise<Opened & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-reports-'));
  return {
    folder,
    client: fileCommerce(join(folder, 'reports')),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openInProcess(): Promise<Opened> {
  const books = openCommerceBooks(':memory:');
  return {
    client: commerceInProcess(books),
    close: async () => {
      books.close();
    },
  };
}

const OPENERS: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['https', () => openHttps()],
  ['file', openFile],
  ['in-process', openInProcess],
];

describe.each(OPENERS)('the %s client', (_name, open) => {
  it('answers every line, and a batch that comes again counts once', async () => {
    const { client, close } = await open();
    const sent = batch();
    const first = await client.send(sent, LEASE);
    const again = await client.send(sent, LEASE);

    expect(first.lines).toEqual(sent.lines.map(({ lineId }) => ({ lineId, status: 'ACCEPTED', code: null })));
    expect(again.lines.map(({ status }) => status)).toEqual(['DUPLICATE', 'DUPLICATE']);
    expect(again.receipt).toBe(first.receipt);
    expect(await client.totals(sent.cloudId, NEVER)).toEqual([
      {
        destinationSubscriptionId: sent.destinationSubscriptionId,
        meterId: METERS.vmHours,
        quantity: '0.000000083819031715393071',
        lines: 2,
      },
    ]);
    expect(await client.totals(guid('another stamp'), NEVER)).toEqual([]);
    await close();
  });

  it('takes a retry under a new key as what it is: the same lines', async () => {
    const { client, close } = await open();
    const sent = batch();
    await client.send(sent, LEASE);
    const again = await client.send({ ...sent, idempotencyKey: `${sent.idempotencyKey}.1` }, LEASE);
    expect(again.lines.map(({ status }) => status)).toEqual(['DUPLICATE', 'DUPLICATE']);
    await close();
  });

  it('refuses other content under the same name', async () => {
    const { client, close } = await open();
    const sent = batch();
    await client.send(sent, LEASE);
    const [first, ...rest] = sent.lines as readonly [ReportLine, ...ReportLine[]];
    const other = { ...sent, lines: [{ ...first, quantity: '2' as Quantity }, ...rest] };
    await expect(client.send(other, LEASE)).rejects.toMatchObject({ code: 'RequestRefused' });
    await close();
  });
});

describe('the https client', () => {
  it.each([
    ['FAIL', 'NetworkError'],
    ['REFUSE', 'RequestRefused'],
    ['UNAUTHORIZED', 'Unauthorized'],
    ['TIME_OUT_BEFORE', 'NetworkError'],
  ])('says under Azure’s code what went wrong: %s is %s', async (fault, code) => {
    const { client, control, close } = await openHttps();
    await control({ faults: [fault] });
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({ code });
    expect((await client.send(batch(), LEASE)).lines).toHaveLength(2);
    await close();
  });

  it('does not wait longer than it may', async () => {
    const { client, control, close } = await openHttps();
    await control({ delayMs: 5_000 });
    await expect(client.send(batch(), LEASE)).rejects.toMatchObject({ code: 'RequestTimedOut' });
    await close();
  });

  it('says LoginError when the secret is wrong, and does not say the secret', async () => {
    const { client, close } = await openHttps('a wrong secret');
    const failed: unknown = await client.send(batch(), LEASE).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'LoginError' });
    expect((failed as Error).message).not.toContain('a wrong secret');
    await close();
  });

  it('follows no redirect, takes no endless answer, and believes nothing that is not as agreed', async () => {
    let answer = (): [number, Record<string, string>, string] => [200, {}, ''];
    const server = createServer((_request, response) => {
      const [status, headers, body] = answer();
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const client = httpsCommerce({ url, credentials: null, timeoutMs: 5_000 }, systemClock);
    const codeOf = async () => {
      const error: unknown = await client.send(batch(), LEASE).catch((thrown: unknown) => thrown);
      return error instanceof CommerceError ? error.code : error;
    };
    answer = () => [307, { location: `${url}/elsewhere` }, ''];
    expect(await codeOf()).toBe('RequestRefused');
    answer = () => [200, {}, 'x'.repeat(5 * 1024 * 1024)];
    expect(await codeOf()).toBe('InvalidResponse');
    answer = () => [200, {}, '<html>'];
    expect(await codeOf()).toBe('InvalidResponse');
    answer = () => [200, {}, '{"lines":[{"lineId":1}]}'];
    expect(await codeOf()).toBe('InvalidResponse');
    server.close();
    server.closeAllConnections();
    expect(await codeOf()).toBe('NetworkError');
  });
});

describe('the file client', () => {
  it('writes lines, table and manifest with their SHA-256, and leaves nothing unfinished', async () => {
    const { client, folder, close } = await openFile();
    const sent = batch();
    await client.send(sent, LEASE);
    const names = await readdir(join(folder, 'reports'));
    expect(names).toEqual([`${sent.cloudId}_2026-03-09_${sent.destinationSubscriptionId}_1`]);
    const at = (file: string) => readFile(join(folder, 'reports', names[0] ?? '', file), 'utf8');
    const manifest = JSON.parse(await at('manifest.json')) as { files: { name: string; sha256: string }[] };
    expect(manifest.files.map(({ name }) => name)).toEqual(['lines.jsonl', 'lines.csv']);
    for (const { name, sha256 } of manifest.files) expect(hash('sha256', await at(name))).toBe(sha256);
    await close();
  });

  it('keeps a resource’s name from being a formula in a spreadsheet, and numbers numbers', async () => {
    const { client, folder, close } = await openFile();
    const sent = batch();
    const lines = sent.lines.map((line) => ({
      ...line,
      location: '=HYPERLINK("x")',
      quantity: '-1.5' as Quantity,
    }));
    await client.send({ ...sent, lines }, LEASE);
    const [name = ''] = await readdir(join(folder, 'reports'));
    const table = await readFile(join(folder, 'reports', name, 'lines.csv'), 'utf8');
    expect(table).toContain(`,-1.5,"'=HYPERLINK(""x"")",`);
    await close();
  });

  it('says what it has of a stamp among whatever else lies there, and notices a changed line', async () => {
    const { client, folder, close } = await openFile();
    const sent = batch();
    expect(await client.totals(sent.cloudId, NEVER)).toEqual([]);
    await client.send(sent, LEASE);
    await writeFile(join(folder, 'reports', 'notes.txt'), 'carried to Azure on Monday');
    await mkdir(join(folder, 'reports', 'archive'));
    expect(await client.totals(sent.cloudId, NEVER)).toMatchObject([{ lines: 2 }]);
    const name = `${sent.cloudId}_2026-03-09_${sent.destinationSubscriptionId}_1`;
    await appendFile(join(folder, 'reports', name, 'lines.jsonl'), '\n');
    await expect(client.totals(sent.cloudId, NEVER)).rejects.toMatchObject({ code: 'InvalidResponse' });
    await expect(fileCommerce('/dev/null/reports').totals('x', NEVER)).rejects.toMatchObject({ code: 'NetworkError' });
    await close();
  });

  it('says that it could not write', async () => {
    const { folder, close } = await openFile();
    const [sent, blocked] = [batch(), fileCommerce('/dev/null/reports')];
    await expect(blocked.send(sent, LEASE)).rejects.toMatchObject({ code: 'NetworkError' });
    expect(await readdir(folder)).toEqual([]);
    await close();
  });
});

/** Two lines of one meter; their amounts need more digits than a double has. */
function batch(): ReportBatch {
  return reportBatch([
    { resourceUri: '/subscriptions/x/virtualMachines/vm1', quantity: '0.00000008381903171539307' as Quantity },
    { resourceUri: '/subscriptions/x/virtualMachines/vm2', quantity: '0.000000000000000000000001' as Quantity },
  ]);
}
