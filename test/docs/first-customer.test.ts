/** docs/first-customer.md, followed to the letter: as requests, and as commands. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

import { createApp } from '../../src/app.js';
import type { App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createServer } from '../../src/http/server.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { describeEachDatabase, once } from '../support/databases.js';
import { openTestGateway, principalOf, testClock } from '../support/gateway.js';
import { readText } from '../tidy/source-files.js';

const DAY_MS = 86_400_000;
/** What differs each time, as the guide writes it. */
const VARYING: Readonly<Record<string, string>> = {
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
  day: String.raw`\d{4}-\d\d-\d\d`,
  digest: '[0-9a-f]{64}',
};
/** What makes something is refused a second time; everything else finds that it is so. */
const REFUSED_AGAIN = ['createRegistration', 'registerTenant', 'addCspSubscription', 'registerTenant'];
/** The audit log, and receipts: they tell of what was asked a second time. */
const TELLING = ['audit_entry', 'audit_head', 'usage_batch', 'idempotent_answer'];

interface Step {
  readonly section: string;
  readonly request: string;
  readonly answer: string;
}

const guide = readGuide(readText('docs/first-customer.md'));
const requests = guide.steps.filter(({ request }) => request.startsWith('curl '));
const commands = guide.steps.filter(({ request }) => request.startsWith('usage-gateway '));

describe('docs/first-customer.md', () => {
  it('has each step twice, and shows of every mutation why it would be refused', () => {
    expect([requests.length, commands.length]).toEqual([12, 12]);
    const mutations = requests.filter(({ request }) => request.includes('"mutation '));
    expect(mutations).toHaveLength(8);
    for (const { request, answer } of mutations) {
      expect(request).toContain('userErrors { code message field }');
      const isRefused = answer.includes('"code"');
      expect([answer, answer.includes('"userErrors": []')]).toEqual([answer, !isRefused]);
    }
    expect(Object.keys(guide.files)).toEqual(['usage.json', 'customers.csv']);
    expect(guide.before).toEqual(['usage-gateway serve', 'export TOKEN=$(usage-gateway token --role OPERATOR)']);
  });
});

describeEachDatabase('docs/first-customer.md', (server) => {
  it('brings the first hour to the customer’s subscription over the API, and changes nothing the second time', async () => {
    const gateway = await openTestGateway(server, { now: '2026-01-31T14:30:00Z' });
    const { app, http, clock } = gateway;
    const follow = follower(app, http);
    for (const step of requests) {
      if (step.section === '9. The day after') {
        clock.set('2026-02-01T06:00:00Z');
        await doAsServing(app);
      }
      const { said, status } = await follow(step);
      expect([step.request, status, said]).toEqual([step.request, 200, asWritten(step.answer)]);
    }

    const before = await rowsOf(app);
    const refused: string[] = [];
    for (const step of requests) {
      const { said } = await follow(step);
      const { data, errors = [] } = said as Answer;
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(
        step.request.includes('previewOpenBooks') ? ['BOOKS_ARE_OPEN'] : [],
      );
      for (const [field, payload] of Object.entries(data ?? {})) {
        for (const { code } of payload?.userErrors ?? []) refused.push(`${field} ${code}`);
      }
    }
    expect(refused).toEqual(REFUSED_AGAIN.map((mutation) => `${mutation} ALREADY_EXISTS`));
    expect(await rowsOf(app)).toBe(before);
    await gateway.close();
  });

  it('brings it there by command as well, and changes nothing the second time', async () => {
    const cli = commandLine();
    const { url } = await server.create();
    const env = { DATABASE_URL: url, DATA_FOLDER: join(cli.folder, 'data') };
    for (const [name, text] of Object.entries(guide.files)) writeFileSync(join(cli.folder, name), text);
    expect(await cli.run(['migrate'], { env })).toMatchObject({ code: 0 });
    let digest = '';
    for (const step of commands) {
      const { code, stdout, stderr } = await cli.run(wordsOf(cli, step.request.replace('<digest>', digest)), { env });
      digest = /^[0-9a-f]{64}$/m.exec(stdout)?.[0] ?? digest;
      const isRefused = step.section === 'When something is refused';
      const [said, silent] = isRefused ? [stderr, stdout] : [stdout, stderr];
      expect([step.request, code, silent]).toEqual([step.request, Number(isRefused), '']);
      expect(said).toMatch(patternOf(`${step.answer}\n`));
    }

    // The hour is where the guide says, and the day after it is closed there, in a report.
    const app = await createApp(readConfig(env), { clock: testClock(new Date(Date.now() + 2 * DAY_MS).toISOString()) });
    const http = await createServer(app, { write: () => undefined });
    const close = once(server, async () => {
      await http.close();
      await app.close();
      await cli.clean();
    });
    const answers = follower(app, http);
    const billed = requests.filter(({ section }) => section.startsWith('7.') || section.startsWith('9.'));
    await doAsServing(app);
    for (const step of billed) expect((await answers(step)).said).toEqual(asWritten(step.answer));

    const before = await rowsOf(app);
    const refused: string[] = [];
    for (const step of commands) {
      const { code, stderr } = await cli.run(wordsOf(cli, step.request.replace('<digest>', digest)), { env });
      expect([step.request, code, stderr]).toEqual([step.request, stderr === '' ? 0 : 1, stderr]);
      refused.push(...(/\((\w+)\)\n$/.exec(stderr)?.slice(1) ?? []));
    }
    // Looking at what opening would close is refused as well: the books are open.
    expect(refused.sort()).toEqual([...REFUSED_AGAIN.map(() => 'ALREADY_EXISTS'), 'BOOKS_ARE_OPEN'].sort());
    expect(await rowsOf(app)).toBe(before);
    await close();
  });
});

interface Answer {
  readonly data?: Readonly<Record<string, { readonly userErrors?: readonly { readonly code: string }[] } | null>>;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** Sends what stands behind `curl`, as it stands there. The digest that was answered last is sent where one is. */
function follower(app: App, http: FastifyInstance) {
  let digest = '';
  return async ({ request }: Step): Promise<{ readonly status: number; readonly said: unknown }> => {
    const url = partOf(request, /http:\/\/127\.0\.0\.1:4000([^\s"]+)/);
    const token = await app.tokens.sign(principalOf('OPERATOR'), 3_600);
    const headers = [...request.matchAll(/-H "([\w-]+): ([^"]+)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace('$TOKEN', token),
    ]);
    const file = partOf(request, / -d @(\S+)$/);
    const payload = guide.files[file] ?? partOf(request, / -d '([^']+)'$/).replace('<digest>', digest);
    const response = await http.inject({
      method: 'POST',
      url,
      headers: Object.fromEntries(headers) as Record<string, string>,
      payload,
    });
    const { extensions: _extensions, ...said } = response.json<Record<string, unknown>>();
    digest = partOf(response.body, /"digest":"(\w+)"/) || digest;
    return { status: response.statusCode, said };
  };
}

/** What the first group of a pattern finds; empty where it finds nothing. */
function partOf(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? '';
}

/** What `serve` does once a minute. */
async function doAsServing(app: App): Promise<void> {
  await closeDueDays(app, { graceMs: app.config.closing.graceMs, by: 'gateway' });
  await prepareReports(app);
}

/** Every row of the books, as text. */
async function rowsOf({ db }: App): Promise<string> {
  const tables = db.source.entityMetadatas.map(({ tableName }) => tableName).filter((name) => !TELLING.includes(name));
  const rows: unknown[] = [];
  for (const table of tables.sort()) rows.push([table, await db.reader.query(`SELECT * FROM ${table}`)]);
  return JSON.stringify(rows);
}

/** The words of a command, without its own name; files are those of the guide. */
function wordsOf({ folder }: CommandLine, command: string): readonly string[] {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word,
  );
  return words.slice(1).map((word = '') => (word in guide.files ? join(folder, word) : word));
}

/** An answer in JSON, with room for what differs. */
function asWritten(answer: string): unknown {
  return JSON.parse(answer, (key, value: unknown) => {
    // Counts on where another test had the database before.
    if (key === 'batchId') return expect.any(Number) as unknown;
    const [, name = ''] = typeof value === 'string' ? (/^<(\w+)>$/.exec(value) ?? []) : [];
    const pattern = VARYING[name];
    return pattern === undefined ? value : (expect.stringMatching(new RegExp(`^${pattern}$`)) as unknown);
  });
}

function patternOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/<(\w+)>/g, (said, name: string) => VARYING[name] ?? said)}$`);
}

/** The steps of the guide with their answers, its files, and what is typed before the first step. */
function readGuide(markdown: string) {
  const steps: Step[] = [];
  const files: Record<string, string> = {};
  const before: string[] = [];
  let section = '';
  let request: string | null = null;
  for (const [, title, language = '', text = ''] of markdown.matchAll(/^## (.+)$|^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [kind, name] = language.split(' ');
    if (title !== undefined) section = title;
    else if (name !== undefined) files[name] = text;
    else if (section === 'Before') before.push(text.trimEnd());
    else if (kind === 'sh') request = text.trimEnd();
    else if (request !== null) {
      steps.push({ section, request, answer: text.trimEnd() });
      request = null;
    }
  }
  return { steps, files, before };
}
