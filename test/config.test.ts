import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readConfig } from '../src/config.js';

const ISSUER = {
  name: 'entra',
  issuer: 'https://login.example/contoso/v2.0',
  audiences: ['usage-gateway'],
  grants: [{ claim: 'Gateway.Admin', role: 'OPERATOR' }],
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usage-gateway-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('who may come in', () => {
  it('with no issuer: tokens of this machine, on loopback only', () => {
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) {
      expect(readConfig({ HOST })).toMatchObject({ allowsLocalTokens: true, issuers: [] });
    }
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example']) {
      expect(() => readConfig({ HOST })).toThrow('HOST is not loopback');
      expect(readConfig({ HOST, ALLOW_ANY_HOST: 'true' }).allowsLocalTokens).toBe(false);
    }
  });

  it('with an issuer: its tokens, and none of this machine, on loopback too', async () => {
    const ACCESS_FILE = await fileWith({ issuers: [ISSUER] });
    for (const HOST of ['127.0.0.1', '0.0.0.0']) {
      const config = readConfig({ HOST, ACCESS_FILE });
      expect(config.allowsLocalTokens).toBe(false);
      expect(config.issuers.map(({ name }) => name)).toEqual(['entra']);
    }
  });

  it('is told with every problem at once, and nothing starts', async () => {
    const ACCESS_FILE = await fileWith({
      issuers: [
        { ...ISSUER, issuer: 'http://login.example', algorithms: ['HS256'], secret: 'x' },
        { ...ISSUER, name: 'Entra!', audiences: [], grants: [{ claim: 'x', role: 'INGESTOR' }] },
      ],
    });
    const read = () => readConfig({ PORT: 'x', ACCESS_FILE });
    for (const part of ['PORT', 'is not https', 'algorithms', 'secret', 'has 1 to 32', 'audiences', 'INGESTOR needs']) {
      expect(read).toThrow(part);
    }
  });

  it('is what docs/access.md shows, which is read as it stands there', async () => {
    const guide = await readFile(join(import.meta.dirname, '..', 'docs', 'access.md'), 'utf8');
    const [, example = ''] = /```json\n([^]*?)```/.exec(guide) ?? [];
    const ACCESS_FILE = await fileWith(example.replaceAll('<directory of the provider>', randomUUID()));
    expect(readConfig({ ACCESS_FILE }).issuers[0]?.grants.map(({ role }) => role)).toEqual([
      'OPERATOR',
      'CSP_ADMIN',
      'AUDITOR',
      'TENANT_USER',
      'INGESTOR',
    ]);
  });

  it('is no guess where the file is missing, empty of issuers or no JSON', async () => {
    const bad = [join(folder, 'missing.json'), await fileWith({ issuers: [] }), await fileWith('{')];
    for (const ACCESS_FILE of bad) expect(() => readConfig({ ACCESS_FILE })).toThrow('ACCESS_FILE');
  });
});

async function fileWith(content: unknown): Promise<string> {
  const file = join(folder, `${randomUUID()}.json`);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('how often a serving gateway looks', () => {
  it('for days to close every minute and for reports every quarter of one, unless it is told otherwise', () => {
    expect(readConfig({}).closing).toMatchObject({ everyMs: 60_000, reportEveryMs: 15_000 });
    const told = readConfig({ CLOSE_EVERY_SECONDS: '600', REPORT_EVERY_SECONDS: '1' });
    expect(told.closing).toMatchObject({ everyMs: 600_000, reportEveryMs: 1_000 });
    expect(() => readConfig({ CLOSE_EVERY_SECONDS: '0' })).toThrow('CLOSE_EVERY_SECONDS is a whole number');
  });
});
