/** What the documents claim, checked against the code. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { filesBelow, readText, ROOT } from './tidy/source-files.js';
import { createProgram } from '../src/bin/command-line.js';
import { CONFIG_VARIABLES } from '../src/config.js';
import { printGatewaySchema } from '../src/graphql/schema.js';
import { REJECTION_CODES } from '../src/pipeline/ingestion/rejection.js';
import { decodeUsageBody, deliveriesOfProvider, readUsageFile } from '../src/pipeline/ingestion/usage-wire.js';
import { ERROR_CODES } from '../src/primitives/errors.js';
import { hourOf } from '../src/primitives/windows.js';
import { ARM_CODES } from '../src/rest/arm-error.js';
import { ARM_ROUTES, UNSERVED_CALLS } from '../src/rest/arm-routes.js';

const NOW = Date.parse('2026-02-10T00:00:00Z');

describe('docs/errors.md', () => {
  it('explains every code that a caller can meet, each once, and no other', () => {
    const inServers = filesBelow('.ts', 'src/http', 'src/graphql').flatMap((path) =>
      [...readText(path).matchAll(/\bcode: '([A-Za-z_]+)'/g)].map(([, code = '']) => code),
    );
    const known = new Set([...ERROR_CODES, ...REJECTION_CODES, ...ARM_CODES, ...inServers]);
    const explained = rowsOf('docs/errors.md').map(([code = '']) => code.replaceAll('`', ''));
    expect([...explained].sort()).toEqual([...known].sort());
  });
});

describe('docs/azure-apis.md', () => {
  it('says of each call of Azure’s clients what is answered, and leaves none out that the gateway knows', () => {
    const prefix = '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.AzureStack';
    const told = rowsOf('docs/azure-apis.md', 'call').map(([, , request = '', answer = '']) => {
      return `${request.replaceAll('`', '').replace('…', prefix)}: ${answer.startsWith('served') ? 'served' : '501'}`;
    });
    const served = ARM_ROUTES.filter(({ path }) => !/Admin|subscriberUsage/.test(path)).flatMap(({ path, acts }) =>
      Object.keys(acts).map((method) => `${method} ${path}: served`),
    );
    const unserved = UNSERVED_CALLS.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}: 501`));
    expect(told.sort()).toEqual([...served, ...unserved].sort());
  });
});

describe('docs/operations.md', () => {
  it('lists exactly the variables that are read, with their defaults', () => {
    const listed = rowsOf('docs/operations.md', 'variable').map((cells) => cells.map((cell) => cell.trim()));
    expect(listed).toEqual(
      CONFIG_VARIABLES.map(({ name, meaning, default: value }) => [`\`${name}\``, meaning, `\`${value}\``]),
    );
  });

  it('lists exactly the commands that there are', () => {
    const listed = rowsOf('docs/operations.md', 'command').map(
      ([command = '']) => /usage-gateway ([a-z][a-z-]*)/.exec(command)?.[1] ?? '',
    );
    expect(listed.sort()).toEqual(commandNames());
  });
});

describe('every Markdown file', () => {
  it.each(filesBelow('.md', '.'))('%s has links that lead somewhere', (path) => {
    const links = [...withoutCode(readText(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !/^(https?:|mailto:)/.test(link) && !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });

  it.each(filesBelow('.md', '.'))('%s names commands and options that exist', (path) => {
    const commands = new Map(createProgram().commands.map((command) => [command.name(), command]));
    const scripts = (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts;
    const text = readText(path);
    const wrong = [...text.matchAll(/usage-gateway ([a-z][a-z-]*)([^`\n|.;]*)/g)].flatMap(
      ([said, name = '', rest = '']) => {
        const named = commands.get(name);
        if (named === undefined) return [said];
        const [within = ''] = rest.trim().split(' ');
        const command = named.commands.find((one) => one.name() === within) ?? named;
        const options = [...rest.matchAll(/--[a-z-]+/g)]
          .map(([option]) => option)
          .filter((option) => option !== '--help');
        return options.every((option) => command.options.some(({ long }) => long === option)) ? [] : [said];
      },
    );
    const missing = [...text.matchAll(/npm run ([a-z:]+)/g)].filter(([, script = '']) => !(script in scripts));
    expect([...wrong, ...missing.map(([said]) => said)]).toEqual([]);
  });
});

describe('the examples in docs/sending-usage.md', () => {
  const examples = blocksOf('docs/sending-usage.md');

  it.each([
    ['application/json', 'json', 1],
    ['application/x-ndjson', 'ndjson', 2],
    ['application/cloudevents-batch+json', 'json cloudevents', 1],
  ])('are accepted as %s', (mediaType, language, records) => {
    const example = examples.filter((block) => block.language === language).at(-1)?.text ?? '';
    const deliveries = decodeUsageBody(Buffer.from(example), mediaType, NOW);
    expect(deliveries.map(({ checked }) => checked.ok)).toEqual(Array.from({ length: records }, () => true));
  });

  it('are accepted as an Azure provider usage response, to the last digit', () => {
    const example = examples.find(({ language }) => language === 'json provider-response')?.text ?? '';
    const file = readUsageFile(Buffer.from(example), NOW);
    if (file.format !== 'provider-response') throw new Error(`It is read as ${file.format}.`);
    const reportedHour = file.response.latestUsageHour ?? hourOf(NOW);
    const [delivery] = deliveriesOfProvider(file.response, { reportedHour, source: 'azure-stack', now: NOW });
    expect(delivery?.checked).toMatchObject({ ok: true, entry: { quantity: '0.00000008381903171539307' } });
  });
});

describe('the questions in all documents', () => {
  it.each(filesBelow('.md', '.').filter((path) => blocksOf(path).some(({ language }) => language === 'graphql')))(
    '%s asks what the schema knows',
    async (path) => {
      const { buildSchema, parse, validate } = await import('graphql');
      const schema = buildSchema(await printGatewaySchema());
      for (const { language, text } of blocksOf(path)) {
        if (language === 'graphql') expect(validate(schema, parse(text))).toEqual([]);
      }
    },
  );
});

function commandNames(): string[] {
  return createProgram()
    .commands.map((command) => command.name())
    .filter((name) => name !== 'help')
    .sort();
}

/** The cells of the tables of a file, without their heads; of those whose first column is called so, if it is said. */
function rowsOf(path: string, firstColumn?: string): string[][] {
  const rows: string[][] = [];
  let head: string | null = null;
  for (const line of withoutCode(readText(path)).split('\n')) {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : null;
    const first = cells?.[0]?.trim() ?? '';
    if (cells === null) head = null;
    else if (head === null) head = first;
    else if (!/^-+$/.test(first) && (firstColumn === undefined || head === firstColumn)) {
      rows.push(cells.map((cell) => cell.trim()));
    }
  }
  return rows;
}

function blocksOf(path: string): { readonly language: string; readonly text: string }[] {
  return [...readText(path).matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language: language.trim(),
    text,
  }));
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(readText(path)).includes(anchor);
}

/** Titles as they are linked to: in lower case, with dashes for spaces. */
function anchorsOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
