/** The rules of the house, checked. Each refusal says what to do; a rule that is wrong is changed, with a reason. */
import { deadExports, unexplainedExports } from './tidy/exports.js';
import { HABITS, brokenHabits, leftOvers, longLines, misnamedMigrations, titlesOf, vagueNames } from './tidy/habits.js';
import { importCycles, misdirectedImports, misdirectedRooms, unreachedFiles } from './tidy/layout.js';
import { filesBelow, imagined, readText, report, scriptFiles, sourceFiles } from './tidy/source-files.js';

const source = sourceFiles('src', 'migrations');
const tests = sourceFiles('test', 'bench');
const tools = scriptFiles('tools');
const everything = [...source, ...tests];
const inSrc = source.filter(({ path }) => path.startsWith('src/'));
const benchEntries = tests.map(({ path }) => path).filter((path) => /^bench\/(peers\/)?[^/]+\.ts$/.test(path));
const commands = ['src/bin/usage-gateway.ts', 'src/bin/writer-thread.ts'];
const entries = [...commands, ...benchEntries, ...tools.map(({ path }) => path)];

describe('the layout', () => {
  it('has imports that look left only', () => {
    expect(report(misdirectedImports(source))).toBe('');
  });

  it('refuses a stage that looks right, and a folder that has no place', () => {
    const rollup = imagined('src/pipeline/rollup/x.ts', "import { y } from '../routing/y.js';");
    const database = imagined('src/database/x.ts', "import type { App } from '../app.js';");
    const drawer = imagined('src/drawer/x.ts', '');
    expect(misdirectedImports([rollup, database, drawer]).map(({ file }) => file)).toEqual([
      'src/pipeline/rollup/x.ts',
      'src/database/x.ts',
      'src/drawer/x.ts',
    ]);
  });

  it('has rooms of graphql that look left only', () => {
    expect(report(misdirectedRooms(source))).toBe('');
    const paging = imagined('src/graphql/paging/x.ts', "import { y } from '../modules/y.js';");
    const cellar = imagined('src/graphql/cellar/x.ts', '');
    expect(misdirectedRooms([paging, cellar]).map(({ file }) => file)).toEqual([paging.path, cellar.path]);
  });

  it('has no import cycles', () => {
    expect(importCycles(source).join('\n')).toBe('');
    const ring = [imagined('src/a.ts', "import './b.js';"), imagined('src/b.ts', "import type { A } from './a.js';")];
    expect(importCycles(ring)).toEqual(['src/a.ts → src/b.ts → src/a.ts']);
  });

  it('has no file that nothing reaches', () => {
    const unreached = unreachedFiles([...source, ...sourceFiles('bench'), ...tools], entries);
    expect(unreached.map((path) => `${path} is imported by nothing that runs. Delete it`).join('\n')).toBe('');
  });

  it('has no file whose name fits anything', () => {
    const paths = filesBelow('', 'src', 'migrations', 'test', 'bench');
    expect(report(vagueNames(paths))).toBe('');
    expect(
      vagueNames(['src/graphql/index.ts', 'src/tenancy/tenant-service.ts', 'src/tenancy/tenants.ts']),
    ).toHaveLength(2);
  });

  it('has migrations that are named, listed and ordered', () => {
    const dataSource = source.find(({ path }) => path === 'src/data-source.ts');
    if (dataSource === undefined) throw new Error('src/data-source.ts is gone.');
    expect(report(misnamedMigrations(source, dataSource))).toBe('');
    const late = imagined('src/data-source.ts', 'const migrations = [AddB1764000000002, AddA1764000000001];');
    const files = [imagined('migrations/1764000000003-add-c.ts', 'export class AddC1764000000003 {}')];
    expect(misnamedMigrations(files, late)).toHaveLength(2);
  });
});

describe('exports', () => {
  it('are explained', () => {
    const unexplained = unexplainedExports(inSrc);
    expect(unexplained.map((name) => `${name} has no doc comment. Say what it means and when it fails`)).toEqual([]);
    const text = '/** Why. */\nexport function told() {}\nexport function untold() {}\nfunction inside() {}';
    expect(unexplainedExports([imagined('src/x.ts', text)])).toEqual(['src/x.ts untold']);
  });

  it('are imported somewhere', () => {
    const dead = deadExports(inSrc, [...everything, ...tools]);
    expect(dead.map((name) => `${name} is imported nowhere. Delete it, or keep it to its file`)).toEqual([]);
    const used = imagined('src/x.ts', 'export const taken = 1;\nexport const left = 2;');
    const user = imagined('src/y.ts', "import { taken } from './x.js';");
    expect(deadExports([used], [used, user])).toEqual(['src/x.ts left']);
  });
});

describe('habits', () => {
  it.each(HABITS)('$name', (habit) => {
    expect(report(brokenHabits(everything, habit))).toBe('');
  });

  it.each([
    ['the environment is read in config.ts', 'export const port = process.env.PORT;'],
    ['the time is read in clock.ts', 'export const now = () => new Date();'],
    ['the time is read in clock.ts', 'export const now = Date.now;'],
    ['chance comes from node:crypto or from a seed', 'Math.random();'],
    ['only commands talk to the terminal', "console.log('here');"],
    ['rows are inserted or updated, never "saved"', 'await repository.save(row);'],
    ['what a row holds follows from its columns', "await sql.query<{ id: number }>('SELECT id FROM tenant');"],
    ['values are written beside the names of their columns', "await tx.execute('INSERT INTO tenant (id) VALUES (?)');"],
    ['values are written beside the names of their columns', 'await tx.execute(`UPDATE ${t} SET name = ?`);'],
    ['databases differ in src/database alone', "export const isLite = ({ sql }) => sql.dialect.name === 'sqlite';"],
    ['tables come from migrations', 'new DataSource({ synchronize: true });'],
    ['every test is run', "describe.each(all).only('x', () => {});"],
    ['a cached rule looks at the caller alone', "rule('r', { cache: 'contextual' })((parent) => parent.isMine);"],
    ['a cached rule looks at the caller alone', "rule('r', { cache: 'contextual' })(isMine);"],
  ])('refuses a breach of "%s"', (name, text) => {
    const habit = HABITS.find((candidate) => candidate.name === name);
    if (habit === undefined) throw new Error(`There is no habit "${name}".`);
    expect(brokenHabits([imagined('src/reading/x.ts', text)], habit)).toHaveLength(1);
  });

  it('lets a cached rule look at the caller', () => {
    const text = "rule('r', { cache: 'contextual' })((_parent, _args, { principal }) => principal.isStaff);";
    expect(HABITS.flatMap((habit) => brokenHabits([imagined('src/graphql/x.ts', text)], habit))).toEqual([]);
  });

  it('keep lines short where they are not text', () => {
    expect(report(everything.flatMap(longLines))).toBe('');
    const long = `const ${'a'.repeat(130)} = 1;\nconst text = '${'b'.repeat(130)}';`;
    expect(longLines(imagined('src/x.ts', long)).map(({ line }) => line)).toEqual([1]);
  });

  it('leave no note of a defect behind', () => {
    expect(report(everything.flatMap(leftOvers))).toBe('');
  });
});

describe('Markdown files', () => {
  it('have one title, in their first line', () => {
    const wrong = filesBelow('.md', '.').filter((path) => titlesOf(readText(path)).join() !== '1');
    expect(wrong.map((path) => `${path} has not one "# title" as its first line`).join('\n')).toBe('');
  });
});
