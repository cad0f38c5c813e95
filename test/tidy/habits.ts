/** What a line of code does not do here, each with what to do instead. */
import ts from 'typescript';

import { lineOf, refusalsIn, walk } from './source-files.js';
import type { Refusal, SourceFile } from './source-files.js';

interface Habit {
  /** The sentence of the rule. */
  readonly name: string;
  readonly cure: string;
  readonly isHome: (path: string) => boolean;
  readonly isWrong: (node: ts.Node) => boolean;
}

const LINE_LENGTH_MAX = 120;
const TEST_HEAD = /^\s*it\((['"`]).*\1, (async )?\([^)]*\) => \{$/;
/** Files that a command writes are as that command writes them. */
const GENERATED = /^\/\/ Written by `npm run generate`/m;
const VAGUE_NAME = /^(index|utils?|helpers?|common|misc|lib|shared|base|service|services|manager|handler|processor)$/;
const VAGUE_PART = /(^|-)(utils?|helpers?|service|manager|handler|processor)(-|$)/;
/** In brackets, so that this file does not hold what it looks for. */
const LEFT_OVER = /\b(FIXM[E]|XX[X])\b/;

const inTests = (path: string) => path.startsWith('test/');
const isRun = (path: string) => path.startsWith('src/bin/') || path.startsWith('bench/') || inTests(path);
/** The receiver that plays Commerce has books of its own. */
const isBelowStores = (path: string) => !path.startsWith('src/') || /^src\/(database|commerce-simulator)\//.test(path);
const nowhere = () => false;

export const HABITS: readonly Habit[] = [
  {
    name: 'the environment is read in config.ts',
    cure: 'reads process.env. Add a variable to src/config.ts and pass the Config on',
    // A collection file names the variables of its secrets itself.
    isHome: (path) => ['src/config.ts', 'src/collection/sign-in.ts'].includes(path) || isRun(path),
    isWrong: (node) => isMember(node, 'process', 'env'),
  },
  {
    name: 'the time is read in clock.ts',
    cure: "reads the machine's time. Take `now` as an argument, or ask app.clock",
    isHome: (path) => path === 'src/primitives/clock.ts' || inTests(path),
    isWrong: (node) =>
      isMember(node, 'Date', 'now') ||
      (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0),
  },
  {
    name: 'chance comes from node:crypto or from a seed',
    cure: 'uses Math.random. Take node:crypto, or a seed where it must be repeatable',
    isHome: inTests,
    isWrong: (node) => isMember(node, 'Math', 'random'),
  },
  {
    name: 'only commands talk to the terminal',
    cure: 'writes to the console. Throw, answer, or log through the server',
    isHome: isRun,
    isWrong: (node) =>
      ts.isPropertyAccessExpression(node) &&
      node.expression.getText() === 'console' &&
      ts.isCallExpression(node.parent),
  },
  {
    name: 'rows are inserted or updated, never "saved"',
    cure: 'calls .save(), which looks before it leaps in a transaction of its own. Insert, or update',
    isHome: nowhere,
    isWrong: (node) => isMethodCall(node, (method) => method === 'save'),
  },
  {
    name: 'what a row holds follows from its columns',
    cure: 'asks in text of its own and believes a type. Use select() or selectTuples() of src/database/select.ts',
    isHome: isBelowStores,
    isWrong: (node) => isCallOn(node, /^(sql|tx|reader|source|runner|first)$/, ['query', 'tuples']),
  },
  {
    name: 'values are written beside the names of their columns',
    cure: 'writes values by their place in a list. Use src/database/change.ts',
    isHome: isBelowStores,
    isWrong: (node) => isCallOn(node, /^tx$/, ['insertRows', 'loadRows']) || isWritingText(node),
  },
  {
    name: 'databases differ in src/database alone',
    cure: 'asks which database it is. Give the dialect a function for it',
    isHome: isBelowStores,
    isWrong: (node) =>
      ts.isPropertyAccessExpression(node) && node.name.text === 'name' && lastNameOf(node.expression) === 'dialect',
  },
  {
    name: 'tables come from migrations',
    cure: 'synchronizes tables. Write a migration',
    isHome: nowhere,
    isWrong: (node) =>
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'synchronize' &&
      node.initializer.kind === ts.SyntaxKind.TrueKeyword,
  },
  {
    name: 'every test is run',
    cure: 'runs some tests only, or leaves some out. Run all of them',
    isHome: nowhere,
    isWrong: (node) =>
      ts.isPropertyAccessExpression(node) &&
      ['only', 'skip', 'todo'].includes(node.name.text) &&
      /^(it|test|describe)\b/.test(node.expression.getText()),
  },
  {
    name: 'a cached rule looks at the caller alone',
    cure: "caches a shield rule that may read parent or args: it would answer with another row's verdict. Use no_cache",
    isHome: nowhere,
    isWrong: isLeakyRule,
  },
];

export function brokenHabits(files: readonly SourceFile[], { cure, isHome, isWrong }: Habit): readonly Refusal[] {
  return files.filter(({ path }) => !isHome(path)).flatMap((file) => refusalsIn(file, isWrong, cure));
}

/** File names that would fit any content, and barrels. */
export function vagueNames(paths: readonly string[]): readonly Refusal[] {
  return paths
    .filter((path) =>
      path.split('/').some((part) => {
        const name = part.split('.')[0] ?? '';
        return VAGUE_NAME.test(name) || VAGUE_PART.test(name);
      }),
    )
    .map((file) => ({
      file,
      line: 1,
      cure: 'has a name that fits anything. Name what is in it; import files, not folders',
    }));
}

/**
 * Lines that are too long for what is not text. A message stays whole, so that searching for it finds it; the title of
 * a test stays on one line with the head of its function, as the formatter keeps it.
 */
export function longLines(file: SourceFile): readonly Refusal[] {
  if (GENERATED.test(file.text)) return [];
  const texts = textsOf(file);
  return file.text.split('\n').flatMap((line, index) => {
    if (line.length <= LINE_LENGTH_MAX) return [];
    const start = file.tree.getPositionOfLineAndCharacter(index, 0);
    const edge = start + LINE_LENGTH_MAX;
    if (TEST_HEAD.test(line)) return [];
    if (texts.some(({ pos, end }) => pos < edge && end > edge - 2)) return [];
    return [
      { file: file.path, line: index + 1, cure: `is longer than ${LINE_LENGTH_MAX} characters. Run: npm run format` },
    ];
  });
}

/** Notes that something is broken. It is mended, or it is an issue. */
export function leftOvers(file: SourceFile): readonly Refusal[] {
  return file.text
    .split('\n')
    .flatMap((line, index) =>
      LEFT_OVER.test(line)
        ? [{ file: file.path, line: index + 1, cure: 'notes a defect. Mend it, or file an issue' }]
        : [],
    );
}

function textsOf(file: SourceFile): readonly { readonly pos: number; readonly end: number }[] {
  const texts: { pos: number; end: number }[] = [];
  walk(file.tree, (node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node);
    if (isText) texts.push({ pos: node.getStart(file.tree), end: node.getEnd() });
  });
  return texts;
}

function isMember(node: ts.Node, object: string, member: string): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === member && node.expression.getText() === object;
}

/** Whether a method of these is called on what is called so, itself or as a property. */
function isCallOn(node: ts.Node, receiver: RegExp, methods: readonly string[]): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return methods.includes(node.expression.name.text) && receiver.test(lastNameOf(node.expression.expression));
}

function lastNameOf(node: ts.Node): string {
  return ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
}

const WRITING = /^.\s*(INSERT INTO|REPLACE INTO|UPDATE \S+ SET)\b/;

function isWritingText(node: ts.Node): boolean {
  return (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && WRITING.test(node.getText());
}

function isMethodCall(node: ts.Node, isMeant: (method: string) => boolean): boolean {
  return (
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && isMeant(node.expression.name.text)
  );
}

/**
 * graphql-shield keys its contextual cache by the rule's name alone. A rule whose first two parameters are anything but
 * unused, or that is not written in place so that one can see it, might decide about one row and answer for another.
 */
function isLeakyRule(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'cache') return false;
  if (!ts.isStringLiteral(node.initializer) || node.initializer.text !== 'contextual') return false;
  let call: ts.Node = node;
  while (!ts.isCallExpression(call)) call = call.parent;
  const applied = call.parent;
  const rule = ts.isCallExpression(applied) && applied.expression === call ? applied.arguments[0] : undefined;
  if (rule === undefined || !(ts.isArrowFunction(rule) || ts.isFunctionExpression(rule))) return true;
  const { body } = rule;
  return rule.parameters.slice(0, 2).some(({ name }) => !ts.isIdentifier(name) || isNamedIn(body, name.text));
}

function isNamedIn(body: ts.Node, name: string): boolean {
  let found = false;
  walk(body, (node) => {
    if (ts.isIdentifier(node) && node.text === name) found = true;
  });
  return found;
}

/** Where a Markdown file has its titles: it has one, and begins with it. */
export function titlesOf(markdown: string): readonly number[] {
  let isCode = false;
  return markdown.split('\n').flatMap((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    return !isCode && line.startsWith('# ') ? [index + 1] : [];
  });
}

/** Migrations whose class or place does not follow from their file's name. */
export function misnamedMigrations(files: readonly SourceFile[], dataSource: SourceFile): readonly Refusal[] {
  const listed = listedMigrations(dataSource);
  const migrations = files.filter(({ path }) => /^migrations\/\d/.test(path));
  const refusals = migrations.flatMap((file) => {
    const match = /^migrations\/(\d{13})-([a-z0-9-]+)\.ts$/.exec(file.path);
    const name = match === null ? null : `${pascal(match[2] ?? '')}${match[1]}`;
    const found = file.tree.statements.find(ts.isClassDeclaration);
    const line = found === undefined ? 1 : lineOf(file, found);
    if (name === null) return [{ file: file.path, line: 1, cure: 'is not named <13 digits>-<verb>-<object>.ts' }];
    if (found?.name?.text !== name) return [{ file: file.path, line, cure: `holds the class ${name}` }];
    if (!listed.includes(name)) return [{ file: file.path, line, cure: `is not listed in ${dataSource.path}` }];
    return [];
  });
  const stamps = listed.map((name) => Number(name.slice(-13)));
  const isOrdered = stamps.every((stamp, index) => index === 0 || stamp > (stamps[index - 1] ?? 0));
  return isOrdered
    ? refusals
    : [
        ...refusals,
        { file: dataSource.path, line: 1, cure: 'lists migrations out of order. Oldest first, each stamp once' },
      ];
}

function listedMigrations(dataSource: SourceFile): readonly string[] {
  const names: string[] = [];
  walk(dataSource.tree, (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== 'migrations') return;
    if (node.initializer !== undefined && ts.isArrayLiteralExpression(node.initializer)) {
      names.push(...node.initializer.elements.map((element) => element.getText()));
    }
  });
  return names;
}

function pascal(kebab: string): string {
  return kebab.replace(/(^|-)([a-z0-9])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
