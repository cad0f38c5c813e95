import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { guid } from '../support/world.js';
import { sentenceOf } from '../../src/bin/error-sentence.js';
import { createProgram } from '../../src/bin/command-line.js';
import { CONFIG_VARIABLES } from '../../src/config.js';
import { unfitNode } from '../../src/bin/node-version.js';
// @ts-expect-error -- A script without types.
import { unfitNode as unfitForBuild } from '../../tools/build.mjs';

const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base'), '--partner', '4711'];

let cli: CommandLine;

beforeEach(() => {
  cli = commandLine();
});
afterEach(async () => cli.clean());

describe('the command line', () => {
  it.each([
    [[], 'Exit codes:'],
    [['api-key'], 'revoke'],
    [['help'], 'a command, or env'],
    [['serve'], '/v1/usage'],
    [['demo'], '--days'],
    [['migrate'], '--pending'],
    [['ingest'], 'Works beside a running server'],
    [['registration'], '--billing-model'],
    [['token'], 'OPERATOR'],
    [['schema'], '--output'],
  ])('explains %j with --help', async (command, word) => {
    const { code, stdout } = await cli.run([...command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: usage-gateway ${command.join('')}`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(word);
  });

  it.each<[string[], Record<string, string>, number]>([
    [['--help'], {}, 0],
    [['migrate', '--pending'], {}, 1],
    [['dance'], {}, 2],
    [['serve'], { PORT: '70000' }, 2],
  ])('says and answers the same as a process of its own: %j', async (args, env, code) => {
    const own = await cli.start(args, { env }).ended;
    const here = await cli.run(args, { env });
    expect(own.code).toBe(code);
    // Help is as wide as the terminal.
    const words = (text: string) => text.split(/\s+/);
    for (const stream of ['stdout', 'stderr'] as const) expect(words(own[stream])).toEqual(words(here[stream]));
    expect(here.code).toBe(code);
  });

  it('says with --version which release it is, and on which Node and SQLite it runs', async () => {
    const { code, stdout } = await cli.run(['--version']);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(stdout).toMatch(/^usage-gateway \S+ \(Node \S+, SQLite 3\.\d+\.\d+\)\n$/);
    expect(stdout).toContain(`usage-gateway ${version} (Node ${process.versions.node},`);
    expect(code).toBe(0);
  });

  it('ends in silence when nobody wants to read on', async () => {
    const { code, stderr } = await cli.start(['--help'], { isUnread: true }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([[['--help']], [['help']]])(
    'lists commands and exit codes on one screen of 80 by 24: %j',
    async (command) => {
      const { code, stdout } = await cli.start(command).ended;
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      // The line below is for the next command.
      expect(lines.length).toBeLessThan(24);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      for (const { name } of createProgram().commands.map((one) => ({ name: one.name() }))) {
        expect(stdout).toContain(`\n  ${name} `);
      }
      for (const exit of ['0 done', '1 failed', '2 wrong', '3 done']) expect(stdout).toContain(exit);
    },
  );

  it('lists every variable of the environment with "help env", and explains a command with its name', async () => {
    const { stdout } = await cli.run(['help', 'env']);
    for (const { name } of CONFIG_VARIABLES) expect(stdout).toContain(`  ${name}\n`);
    expect(stdout).not.toMatch(/Default: \./);
    expect((await cli.run(['help', 'api-key', 'create'])).stdout).toContain('Usage: usage-gateway api-key create');
    expect(await cli.run(['help', 'dance'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('names variables that nothing reads and that look like one of ours, and goes on', async () => {
    const env = { DATBASE_URL: 'mysql://me:secret@host/db', COMMERCE_SECRET: 'x', SORT: '1', HOSTNAME: 'x' };
    const { code, stderr } = await cli.run(['migrate', '--pending'], { env });
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'Warning: the environment variable DATBASE_URL is not read; did you mean DATABASE_URL?',
      expect.stringContaining('COMMERCE_SECRET is not read') as string,
      '',
    ]);
  });

  it.each([
    [['dance'], 'unknown command'],
    [['serve', '--fast'], 'unknown option'],
    [['ingest', 'file.json'], '--registration'],
    [['token', '--role', 'KING'], 'Allowed choices are OPERATOR'],
    [['token'], '--role'],
    [['migrate', '--down', '--pending'], 'cannot be used with'],
  ])('answers %j with exit code 2', async (command, word) => {
    const { code, stderr, stdout } = await cli.run(command);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
    expect(stdout).toBe('');
  });

  it('names every problem of the configuration at once, and none of the values', async () => {
    const env = { PORT: '70000', LOG_LEVEL: 'loud', HOST: '0.0.0.0', DATABASE_URL: 'postgres://me:secret@host/db' };
    const { code, stderr } = await cli.run(['serve'], { env });
    expect(code).toBe(2);
    for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL']) expect(stderr).toContain(`  ${name} is `);
    expect(stderr).not.toMatch(/secret|loud|70000|0\.0\.0\.0/);
    const exposed = await cli.run(['serve'], { env: { HOST: '0.0.0.0' } });
    expect(exposed).toMatchObject({ code: 2 });
    expect(exposed.stderr).toContain('ALLOW_ANY_HOST');
  });
});

describe('usage-gateway token', () => {
  it('prints the token alone on its last line', async () => {
    const { code, stdout } = await cli.run([
      'token',
      '--role',
      'RESELLER',
      '--reseller',
      'North',
      'East',
      '--hours',
      '1',
    ]);
    expect(code).toBe(0);
    const token = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ role: 'RESELLER', resellers: ['North', 'East'], registrations: 'all' });
  });

  it.each([
    ['TENANT_USER', [], '--tenant'],
    ['RESELLER', [], '--reseller'],
    ['INGESTOR', [], '--registration'],
    ['TENANT_USER', ['--tenant', 'contoso'], 'GUID'],
    ['OPERATOR', ['--hours', '0'], '--hours'],
    ['OPERATOR', ['--hours', '100000'], '--hours'],
  ])('refuses a %s with %j', async (role, options, word) => {
    const { code, stdout, stderr } = await cli.run(['token', '--role', role, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(word);
  });
});

describe('usage-gateway migrate and registration', () => {
  it('says what is pending, runs it, and takes it back', async () => {
    const pending = await cli.run(['migrate', '--pending']);
    expect(pending.code).toBe(1);
    expect(pending.stdout).toContain('CreateUsageRecord');
    expect(await cli.run(['registration', 'hub', ...REGISTRATION])).toMatchObject({
      code: 1,
      stderr: 'The tables are not up to date. Run: usage-gateway migrate\n',
    });
    const ran = await cli.run(['migrate']);
    expect(ran.code).toBe(0);
    const [head = '', ...names] = ran.stdout.trimEnd().split('\n');
    expect(head).toBe(`Ran ${names.length} migrations:`);
    expect(names.map((name) => name.trim())).toEqual(pending.stdout.trimEnd().split('\n'));
    expect(await cli.run(['migrate', '--pending'])).toEqual({ code: 0, stdout: 'Nothing is pending.\n', stderr: '' });
    const back = await cli.run(['migrate', '--down']);
    expect(back.code).toBe(0);
    expect(back.stdout).toMatch(/^Took back \w+\.\n$/);
    expect(await cli.run(['migrate', '--pending'])).toMatchObject({ code: 1 });
  });

  it('creates a registration once', async () => {
    await cli.run(['migrate']);
    const create = ['registration', 'hub', ...REGISTRATION];
    const created = await cli.run(create);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(
      /^Created registration hub \(PAY_AS_YOU_USE\)\. Its books are being set up\.\n.+\n$/,
    );
    const again = await cli.run(create);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^[^\n]+\(ALREADY_EXISTS\)\n$/);
    const unknown = await cli.run(['registration', 'edge', ...REGISTRATION, '--billing-model', 'FREE']);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('--billing-model is one of PAY_AS_YOU_USE');
  });
});

describe('usage-gateway schema', () => {
  it('prints what is committed, or writes it to a file', async () => {
    const committed = readFileSync(join(import.meta.dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8');
    expect(await cli.run(['schema'])).toEqual({ code: 0, stdout: committed, stderr: '' });
    const file = join(cli.folder, 'new', 'schema.graphql');
    expect(await cli.run(['schema', '--output', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(committed);
  });
});

describe('a trouble of the machine', () => {
  it.each<[string, (folder: string) => Record<string, string>, RegExp]>([
    ['a data folder below a file', (folder) => ({ DATA_FOLDER: join(folder, 'file', 'data') }), /no folder/],
    [
      'a file that is no database',
      (folder) => ({ DATABASE_URL: `sqlite:${join(folder, 'file')}` }),
      /no SQLite database/,
    ],
    ['a database file that is a folder', (folder) => ({ DATABASE_URL: `sqlite:${folder}` }), /cannot be written/],
    ['a data folder that is a file', (folder) => ({ DATA_FOLDER: join(folder, 'file') }), /is needed as a folder/],
    ['a key that is none', (folder) => ({ DATA_FOLDER: join(folder, 'short') }), /token\.key holds no key/],
    ['a key that all may read', (folder) => ({ DATA_FOLDER: join(folder, 'open') }), /Run: chmod o= .*token\.key/],
    [
      'a database at an unknown host',
      () => ({ DATABASE_URL: 'mysql://me:secret@nowhere.invalid/usage' }),
      /^DATABASE_URL names the machine "nowhere\.invalid"/,
    ],
    [
      'a server that does not answer',
      () => ({ DATABASE_URL: 'mysql://me:secret@127.0.0.1:9/usage' }),
      /Nothing answers at 127\.0\.0\.1:9/,
    ],
  ])('is one sentence: %s', async (_what, envOf, sentence) => {
    writeFileSync(
      join(cli.folder, 'file'),
      'This is a text and no database, long enough to have no header of one.'.repeat(20),
    );
    for (const [name, mode] of [
      ['short', 0o600],
      ['open', 0o644],
    ] as const) {
      mkdirSync(join(cli.folder, name));
      writeFileSync(join(cli.folder, name, 'token.key'), 'x'.repeat(name === 'short' ? 8 : 43), { mode });
      chmodSync(join(cli.folder, name, 'token.key'), mode);
    }
    const { code, stderr, stdout } = await cli.start(['migrate'], { env: envOf(cli.folder) }).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('secret');
  });

  it.each([
    ['EACCES', { path: '/srv/data' }, 'Not allowed to read or write /srv/data.'],
    ['EROFS', { path: '/srv/data' }, 'Not allowed to read or write /srv/data.'],
    ['ENOSPC', { path: '/srv/data/x' }, 'The disk is full: /srv/data/x could not be written'],
    ['SQLITE_FULL', {}, 'The disk of the database'],
    ['ER_RECORD_FILE_FULL', {}, 'The disk of the database'],
    ['SQLITE_BUSY', {}, 'Another process has been writing'],
    ['SQLITE_CORRUPT', {}, 'restore a backup'],
    ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', {}, 'The database refuses the user or password'],
    ['EACCES', { address: '127.0.0.1', port: 80 }, 'Port 80 on 127.0.0.1 may not be used'],
    ['EADDRINUSE', { address: '127.0.0.1', port: 4000 }, 'Port 4000 on 127.0.0.1 is in use'],
    ['SQLITE_READONLY', {}, 'The SQLite file cannot be written'],
    ['SQLITE_READONLY_DIRECTORY', {}, 'The SQLite file cannot be written'],
    ['ER_BAD_DB_ERROR', {}, 'The database named in DATABASE_URL does not exist'],
    ['ER_ACCESS_DENIED_ERROR', {}, 'The database refuses the user or password'],
  ])('is one sentence: %s %j', (code, details, sentence) => {
    const told = sentenceOf(Object.assign(new Error('riddle'), { code, ...details }));
    expect(told).toContain(sentence);
    expect(told).not.toContain('riddle');
    expect(told).not.toContain('\n');
  });

  it.each([
    ['18.20.4', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['20.20.1', true],
    ['21.7.3', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['23.11.1', false],
    ['24.0.0', true],
    ['26.12.1', true],
    ['27.0.0', false],
  ])('is a Node that is not fit, said before anything is loaded: %s', (version, runs) => {
    const sentence = `usage-gateway runs on Node 20 from 20.19 on, 22 from 22.13 on, 24 and 26; this is ${version}.`;
    expect(unfitNode(version)).toBe(runs ? null : sentence);
    expect(unfitForBuild(version) === null).toBe(runs);
  });

  it('is a Node that is not fit, as package.json says to npm', () => {
    const file = join(import.meta.dirname, '..', '..', 'package.json');
    const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { readonly engines: { readonly node: string } };
    const oldest = engines.node.split(' || ').map((range) => range.replace('^', ''));
    expect(oldest.map((version) => unfitNode(version))).toEqual(oldest.map(() => null));
    const majors = Array.from({ length: 40 }, (_, major) => `${major}.99.0`).filter((one) => unfitNode(one) === null);
    expect(majors.map((version) => version.split('.')[0])).toEqual(oldest.map((version) => version.split('.')[0]));
  });
});
