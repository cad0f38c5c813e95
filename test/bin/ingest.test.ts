import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine, openByCommand } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { describeEachDatabase } from '../support/databases.js';
import { METERS, guid, usageRecord } from '../support/world.js';

const HOUR = 3_600_000;
const OTHER = ['--cloud-id', guid('other'), '--base-subscription', guid('base')];
const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base')];
/** An hour that is over, whenever the tests run: the command has the clock of the machine. */
const hour = (Math.floor(Date.now() / HOUR) - 5) * HOUR;
const usageStartTime = new Date(hour).toISOString();
const FORMATS: readonly (readonly [string, number, string])[] = [
  ['records', 2, JSON.stringify([record('array-1'), record('array-2')])],
  ['lines', 2, `${JSON.stringify(record('line-1'))}\n\n${JSON.stringify(record('line-2'))}\n`],
  [
    'cloudevents',
    1,
    JSON.stringify([
      { specversion: '1.0', type: 'usage', id: 'event-1', source: 'forwarder', data: record('ignored') },
    ]),
  ],
  ['provider-response', 2, providerResponse()],
];

describeEachDatabase('usage-gateway ingest', (server) => {
  let cli: CommandLine;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    cli = commandLine();
    env = { DATABASE_URL: (await server.create()).url };
    await cli.run(['migrate'], { env });
    await cli.run(['registration', 'hub', ...REGISTRATION], { env });
  });
  afterAll(async () => cli.clean());

  const command = (file: string, ...options: readonly string[]) => [
    'ingest',
    file,
    '--registration',
    'HUB',
    ...options,
  ];

  it.each(FORMATS)('takes %s in once, however often they come', async (name, count, text) => {
    const file = join(cli.folder, `${name}.json`);
    writeFileSync(file, text);
    const first = await cli.run(command(file), { env });
    expect(first.stdout).toBe(
      `${count} ${count === 1 ? 'record' : 'records'}: ${count} accepted, 0 duplicates, 0 conflicts, 0 rejected.\n`,
    );
    expect(first.code).toBe(0);
    const second = await cli.run(command(file), { env });
    expect(second.stdout).toBe(
      `${count} ${count === 1 ? 'record' : 'records'}: 0 accepted, ${count} duplicates, 0 conflicts, 0 rejected.\n`,
    );
    expect(second.code).toBe(0);
  });

  it('takes no lines of provider usage, and says what to send instead', async () => {
    const row = (JSON.parse(providerResponse()) as { value: readonly object[] }).value[0];
    for (const line of [JSON.stringify(JSON.parse(providerResponse())), JSON.stringify(row)]) {
      const { code, stdout, stderr } = await cli.start(command('-'), { env, input: `${line}\n${line}\n` }).ended;
      expect([code === 0, stdout]).toEqual([false, '']);
      expect(stderr).toContain(
        'Standard input: Its lines are rows of Azure usage. Put the rows of one reported hour into one file',
      );
    }
  });

  it('reads standard input, says which records were refused, and ends with exit code 3', async () => {
    const lines = [record('good'), record('bad', { quantity: 'NaN' }), record('good', { quantity: '2' })];
    // A blank line is no record, and is counted as a line.
    const input = `\n${lines.map((line) => JSON.stringify(line)).join('\n')}`;
    const { code, stdout, stderr } = await cli.start(command('-', '--verdicts'), { env, input }).ended;
    expect(code).toBe(3);
    const printed = stdout.trimEnd().split('\n');
    expect(printed.at(-1)).toBe('3 records: 1 accepted, 0 duplicates, 1 conflicts, 1 rejected.');
    const verdicts = printed.slice(0, -1).map((text) => JSON.parse(text) as { line: number; verdict: string });
    expect(verdicts.map(({ line, verdict }) => [line, verdict])).toEqual([
      [2, 'ACCEPTED'],
      [3, 'REJECTED'],
      [4, 'CONFLICT'],
    ]);
    expect(stderr).toBe('');
    const file = join(cli.folder, 'refused.ndjson');
    // Lines are those of the file, also where some are empty.
    writeFileSync(file, input);
    const told = await cli.run(command(file), { env });
    expect(told.code).toBe(3);
    expect(told.stderr.split('\n')).toEqual([
      expect.stringMatching(/^1 record REJECTED INVALID_QUANTITY: ./) as string,
      '  Line of the file: 3 (bad).',
      expect.stringContaining('ingest the file again') as string,
      expect.stringMatching(/^1 record CONFLICT RECORD_CONFLICT: ./) as string,
      '  Line of the file: 4 (good).',
      expect.stringContaining('send the difference as a correction') as string,
      '',
    ]);
  });

  it('says once why many records were refused, how many, and what to do next', async () => {
    await cli.run(['registration', 'closed', ...OTHER], { env });
    await openByCommand(cli, 'closed', { env });
    await cli.run(['close', '--registration', 'closed'], { env });
    const hour = join(import.meta.dirname, '..', 'fixtures', 'provider-usage-hour.json');
    const { code, stdout, stderr } = await cli.run(['ingest', hour, '--registration', 'closed'], { env });
    expect({ code, stdout }).toEqual({
      code: 3,
      stdout: '236 records: 0 accepted, 0 duplicates, 0 conflicts, 236 rejected.\n',
    });
    const [, ...lines] = stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      '236 records REJECTED WINDOW_CLOSED: The reported day is closed, and the record is not in it.',
      '  Record of the file, from 0: 0, 1, 2 and 233 more; --verdicts lists each.',
      expect.stringContaining('replayQuarantined') as string,
    ]);
  });
});

describe('a file that cannot be taken in', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = commandLine();
    await cli.run(['migrate']);
    await cli.run(['registration', 'hub', ...REGISTRATION]);
  });
  afterAll(() => cli.clean());

  it.each([
    ['a text that is no JSON', 'usage', [], 1, /usage\.json is no JSON that can be read: .*MALFORMED_BODY/],
    ['an empty file', ' \n', [], 1, /usage\.json is empty/],
    ['an hour for what was pushed', '[]', ['--reported-hour', usageStartTime], 1, /--reported-hour is for/],
    ['an hour that is none', providerResponse(), ['--reported-hour', 'noon'], 2, /whole hour/],
    ['one page of several', providerResponse('https://next'), [], 1, /one page of several/],
    ['usage of no registration that exists', '[]', ['--registration', 'edge'], 1, /RegistrationNotFound/],
  ])('refuses %s in one sentence', async (_what, text, options, expected, sentence) => {
    const file = join(cli.folder, 'usage.json');
    writeFileSync(file, text);
    const { code, stdout, stderr } = await cli.run(['ingest', file, '--registration', 'hub', ...options]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses a file that is not there in one sentence', async () => {
    const { code, stdout, stderr } = await cli.start(['ingest', 'nowhere.json', '--registration', 'hub']).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^There is no .*nowhere\.json\.\n$/);
  });
});

function record(id: string, parts: object = {}) {
  return { ...usageRecord({ id, usageStartTime }), ...parts };
}

/** Two rows as a stamp answers them: JSON in a string, ids in mixed case, a number with an exponent. */
function providerResponse(nextLink?: string): string {
  const row = (
    name: string,
    quantity: string,
  ) => `{ "id": "/x", "name": "${name}", "type": "Microsoft.Commerce/UsageAggregate",
    "properties": { "subscriptionId": "${guid('stack').toUpperCase()}", "usageStartTime": "${usageStartTime}",
      "usageEndTime": "${new Date(hour + HOUR).toISOString()}", "meterId": "${METERS.vmHours.toUpperCase()}", "quantity": ${quantity},
      "instanceData": ${JSON.stringify(JSON.stringify({ 'Microsoft.Resources': { resourceUri: `/x/${name}`, location: 'a', tags: '', additionalInfo: '' } }))} } }`;
  const link = nextLink === undefined ? '' : `, "nextLink": "${nextLink}"`;
  return `{ "value": [${row('vm1', '8.381903171539307e-08')}, ${row('vm2', '16.461425899527967')}]${link} }`;
}
