import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../../src/bin/command-line.js';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';

/** What a command wrote, line by line, and its exit code. */
interface Outcome {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

describe('the commands of access', () => {
  const environment = { ...process.env };
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usage-gateway-commands-'));
    process.env['DATA_FOLDER'] = folder;
    await command('migrate');
  });
  afterEach(async () => {
    process.env = { ...environment };
    process.exitCode = 0;
    await rm(folder, { recursive: true });
  });

  it('make a key whose last line is the key, list it without its secret, and end it', async () => {
    const made = await command('api-key', 'create', 'portal', '--role', 'INGESTOR', '--registration', 'hub');
    const text = made.out.at(-1) ?? '';
    expect(text).toMatch(/^ugw_[0-9a-f]{16}_[0-9a-f]{72}$/);
    const keyId = text.slice(4, 20);
    const listed = await command('api-key', 'list');
    expect(JSON.parse(listed.out.join(''))).toMatchObject({ keyId, name: 'portal', registrations: ['hub'] });
    expect(listed.out.join('')).not.toContain(text.slice(21));
    expect((await command('api-key', 'revoke', keyId)).out).toEqual([`Revoked ${keyId} (portal).`]);
    expect((await command('api-key', 'revoke', '0'.repeat(16))).code).toBe(1);
    expect((await command('api-key', 'create', 'x', '--role', 'TENANT_USER')).code).toBe(1);
  });

  it('verify the audit log, and exit with 1 where it was tampered with', async () => {
    await command('api-key', 'create', 'portal', '--role', 'AUDITOR');
    const whole = await command('audit', 'verify');
    expect(whole).toMatchObject({ code: 0, out: [expect.stringMatching(/^1 entries, all as they were written/)] });
    const hash = whole.out[0]?.split('\n')[1] ?? '';
    expect((await command('audit', 'verify', '--expect', hash)).code).toBe(0);
    expect((await command('audit', 'verify', '--expect', '0'.repeat(63))).code).toBe(1);

    const app = await createApp(readConfig());
    await app.db.inTransaction((tx) => tx.execute("UPDATE audit_entry SET subject = 'somebody else'"));
    await app.close();
    const found = await command('audit', 'verify');
    expect(found).toMatchObject({ code: 1, err: [expect.stringContaining('Entry 1 was changed.')] });
  });

  it('sign no token beyond loopback', async () => {
    process.env['HOST'] = '0.0.0.0';
    process.env['ALLOW_ANY_HOST'] = 'true';
    const refused = await command('token', '--role', 'OPERATOR');
    expect(refused).toMatchObject({ code: 1, out: [] });
  });
});

/** Runs a command as the terminal would. */
async function command(...args: readonly string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const { log, error } = console;
  Object.assign(console, { log: (line: string) => out.push(line), error: (line: string) => err.push(line) });
  process.exitCode = 0;
  try {
    return { code: await run(['node', 'usage-gateway', ...args]), out, err };
  } finally {
    process.exitCode = 0;
    Object.assign(console, { log, error });
  }
}
