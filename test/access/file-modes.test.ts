import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { localKey } from '../../src/access/local-tokens.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import { fileCommerce } from '../../src/pipeline/reporting/clients/file-commerce.js';
import { REPORT_FORM } from '../../src/pipeline/reporting/commerce-client.js';

const LEASE = { signal: new AbortController().signal, renew: async () => undefined, isFirstTry: true };
const BATCH = {
  form: REPORT_FORM,
  idempotencyKey: 'key',
  cloudId: '22222222-0000-4000-8000-000000000001',
  reportedDay: '2026-03-09',
  destinationSubscriptionId: '22222222-0000-4000-8000-000000000002',
  batchNo: 1,
  lines: [],
};

describe('what the gateway writes to disk', () => {
  let folder: string;
  let umask: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'usage-gateway-modes-'));
    // The loosest that a machine can be.
    umask = process.umask(0);
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true, force: true });
  });

  const modesIn = (path: string) =>
    Object.fromEntries(
      readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => [
        entry.name,
        (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8),
      ]),
    );

  it('is for its owner alone: the data folder, the key, and the SQLite files', async () => {
    const data = join(folder, 'data');
    localKey(data);
    const db = await openDatabase({ url: `sqlite:${join(data, 'usage.sqlite')}`, entities, migrations });
    await db.source.query('CREATE TABLE one (x INTEGER)');
    expect(modesIn(folder)).toEqual({
      data: '700',
      'token.key': '600',
      'usage.sqlite': '600',
      'usage.sqlite-shm': '600',
      'usage.sqlite-wal': '600',
    });
    await db.close();
  });

  it('is for its owner alone: reports in a folder, and the books of the made-up receiver', async () => {
    await fileCommerce(join(folder, 'reports')).send(BATCH, LEASE);
    const books = openCommerceBooks(join(folder, 'received.sqlite'));
    const modes = modesIn(folder);
    expect(Object.keys(modes).length).toBeGreaterThan(4);
    for (const [name, mode] of Object.entries(modes)) {
      expect({ name, mode }).toEqual({ name, mode: name.includes('.') ? '600' : '700' });
    }
    books.close();
  });

  it('a key that others can read is refused, with what to do; a group may read it', () => {
    localKey(folder);
    const file = join(folder, 'token.key');
    for (const mode of [0o600, 0o640, 0o440]) {
      chmodSync(file, mode);
      expect(localKey(folder)).toHaveLength(32);
    }
    for (const mode of [0o644, 0o604, 0o602, 0o601]) {
      chmodSync(file, mode);
      expect(() => localKey(folder)).toThrow(`Run: chmod o= ${file}`);
    }
  });
});
