import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';

describe('the commands of access', () => {
  let cli: CommandLine;
  beforeEach(async () => {
    cli = commandLine();
    await cli.run(['migrate']);
  });
  afterEach(() => cli.clean());

  it('make a key whose last line is the key, list it without its secret, and end it', async () => {
    const made = await cli.run(['api-key', 'create', 'portal', '--role', 'INGESTOR', '--registration', 'hub']);
    const text = made.stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(text).toMatch(/^ugw_[0-9a-f]{16}_[0-9a-f]{72}$/);
    const keyId = text.slice(4, 20);
    const listed = await cli.run(['api-key', 'list']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ keyId, name: 'portal', registrations: ['hub'] });
    expect(listed.stdout).not.toContain(text.slice(21));
    expect((await cli.run(['api-key', 'revoke', keyId])).stdout).toBe(`Revoked ${keyId} (portal).\n`);
    expect((await cli.run(['api-key', 'revoke', '0'.repeat(16)])).code).toBe(1);
    expect((await cli.run(['api-key', 'create', 'x', '--role', 'TENANT_USER'])).code).toBe(2);
  });

  it('verify the audit log, and exit with 1 where it was tampered with', async () => {
    await cli.run(['api-key', 'create', 'portal', '--role', 'AUDITOR']);
    const whole = await cli.run(['audit', 'verify']);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 entry, all as written/) });
    const hash = whole.stdout.split('\n')[1] ?? '';
    expect((await cli.run(['audit', 'verify', '--expect', hash])).code).toBe(0);
    expect((await cli.run(['audit', 'verify', '--expect', '0'.repeat(63)])).code).toBe(1);

    const app = await createApp(readConfig({ DATA_FOLDER: join(cli.folder, 'data') }));
    await app.db.inTransaction((tx) => tx.execute("UPDATE audit_entry SET subject = 'somebody else'"));
    await app.close();
    const found = await cli.run(['audit', 'verify']);
    expect(found).toMatchObject({ code: 1, stderr: expect.stringContaining('Entry 1 was changed.') });
  });

  it('sign no token beyond loopback', async () => {
    const env = { HOST: '0.0.0.0', ALLOW_ANY_HOST: 'true' };
    expect(await cli.run(['token', '--role', 'OPERATOR'], { env })).toMatchObject({ code: 1, stdout: '' });
  });
});
