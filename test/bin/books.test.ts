import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { describeEachDatabase } from '../support/databases.js';
import { guid, usageRecord } from '../support/world.js';

const HOUR = 3_600_000;
const RECORDED_HOUR = join(import.meta.dirname, '..', 'fixtures', 'provider-usage-hour.json');
/** The commands have the clock of the machine. */
const monthAgo = new Date((Math.floor(Date.now() / HOUR) - 31 * 24) * HOUR).toISOString();

describeEachDatabase('usage-gateway books', (server) => {
  let cli: CommandLine;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    cli = commandLine();
    env = { DATABASE_URL: (await server.create()).url };
    await cli.run(['migrate'], { env });
  });
  afterEach(async () => cli.clean());

  const run = (...args: readonly string[]) => cli.run(args, { env });
  const register = (name: string) =>
    run('registration', name, '--cloud-id', guid(name), '--base-subscription', guid(`base ${name}`));

  it('takes history in under its own days, shows what would close, and opens what was looked at', async () => {
    const file = join(cli.folder, 'history.json');
    const records = ['a', 'b'].map((id) => usageRecord({ id, usageStartTime: monthAgo, quantity: '1.25' }));
    writeFileSync(file, JSON.stringify(records));
    await register('hub');
    const imported = ['ingest', file, '--registration', 'hub', '--as-reported'] as const;
    expect((await run(...imported)).stdout).toContain('2 accepted');
    expect((await run('close')).stdout).toBe('Closed 0 reported days with usage.\n');
    const refused = await run('close', '--registration', 'hub');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('BOOKS_NOT_OPEN');

    const { code, stdout } = await run('books', 'preview', 'hub');
    expect(code).toBe(0);
    expect(stdout).toContain('1 reported day through');
    expect(stdout).toContain('of which 1 day with 2 records go into no report: history');
    expect(stdout).toMatch(/history {2}\S+ {2}TENANT_UNKNOWN {2}.+ {2}2\.5 in 2 records/);
    expect(stdout).toContain(`On the base subscription: ${guid('stack subscription')}, 2 records of 1 day`);
    const digest = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(digest).toMatch(/^[0-9a-f]{64}$/);

    const changed = await run('books', 'open', 'hub', '--expect', '0'.repeat(64));
    expect([changed.code, changed.stdout]).toEqual([1, '']);
    expect(changed.stderr).toContain('BOOKS_CHANGED');
    for (let twice = 0; twice < 2; twice += 1) {
      const opened = await run('books', 'open', 'HUB', '--expect', digest);
      expect(opened).toMatchObject({ code: 0, stderr: '' });
      expect(opened.stdout).toContain('The books of hub are open since ');
    }
    expect((await run('close')).stdout).toBe('Closed 1 reported day with usage.\n');
    expect((await run('report')).stdout).toContain('0 closed days were put into reports');
    for (const late of [imported, ['books', 'from', 'hub', '2026-01-01'], ['books', 'discard', 'hub']]) {
      const { code: failed, stderr } = await run(...late);
      expect([failed, stderr]).toEqual([1, expect.stringContaining('BOOKS_ARE_OPEN')]);
    }
  });

  it('takes the recorded hour of a stamp into a registration that was made while the gateway serves', async () => {
    const gateway = cli.start(['serve'], { env: { ...env, PORT: '0', CLOSE_EVERY_SECONDS: '1', LOG_LEVEL: 'info' } });
    await gateway.said(/serves (http:\S+)\/graphql/);
    await register('hub');
    // What the gateway does by itself every second.
    await run('close');
    const ingested = await run('ingest', RECORDED_HOUR, '--registration', 'hub');
    expect(ingested.stdout).toBe('236 records: 236 accepted, 0 duplicates, 0 conflicts, 0 rejected.\n');
    expect((await run('books', 'preview', 'hub')).stdout).toContain('1 reported day through');
    gateway.signal('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
  });

  it('moves the first day of the books, takes a wrong start back, and opens empty books only where that is said', async () => {
    await register('wrong');
    expect((await run('books', 'from', 'wrong', '2026-01-01')).stdout).toBe(
      'The books of wrong begin on 2026-01-01; days before it are history.\n',
    );
    expect(await run('books', 'from', 'wrong', 'soon')).toMatchObject({ code: 2 });
    const discarded = await run('books', 'discard', 'wrong');
    expect([discarded.code, discarded.stdout]).toEqual([0, expect.stringContaining('Discarded registration wrong')]);
    expect((await run('books', 'preview', 'wrong')).stderr).toContain('RegistrationNotFound');
    expect(await register('wrong')).toMatchObject({ code: 0 });

    const { stdout } = await run('books', 'preview', 'wrong');
    expect(stdout).toContain('Cannot be opened now');
    const open = ['books', 'open', 'wrong', '--expect', stdout.trimEnd().split('\n').at(-1) ?? ''];
    expect((await run(...open)).stderr).toContain('BOOKS_ARE_EMPTY');
    expect(await run(...open, '--even-if-empty')).toMatchObject({ code: 0 });
  });
});
