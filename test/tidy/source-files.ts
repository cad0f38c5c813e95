/** The repository's own files as the house rules look at them: parsed, with their imports resolved. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A file that a rule does not like, where, and what to do about it. */
export interface Refusal {
  readonly file: string;
  readonly line: number;
  readonly cure: string;
}

export interface Import {
  /** The file that is named, from the root of the repository; null for a package. */
  readonly target: string | null;
  /** The names that are taken over; `*` for all of them. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

const IGNORED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', 'data', '.scratch', '.git']);

/** TypeScript files below these folders, in the order of their names. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return ['.ts', '.tsx'].flatMap((ending) => filesBelow(ending, ...folders)).map(parsed);
}

/** Scripts that run what was built: an import of `dist/` is an import of what it was built from. */
export function scriptFiles(...folders: readonly string[]): readonly SourceFile[] {
  return filesBelow('.mjs', ...folders).map((path) => {
    const { imports, ...file } = parsed(path);
    return { ...file, imports: imports.map((one) => ({ ...one, target: one.target?.replace(/^dist\//, '') ?? null })) };
  });
}

/** Files whose names end like this, below folders (`.` for everything that is not built or installed). */
export function filesBelow(ending: string, ...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => listed(folder)).filter((path) => path.endsWith(ending));
}

function listed(folder: string): readonly string[] {
  const at = join(ROOT, folder);
  if (!existsSync(at)) return [];
  const entries = readdirSync(at, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return IGNORED.has(entry.name) ? [] : listed(path);
  });
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A file as if it were at this path: for showing that a rule refuses it. */
export function imagined(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: importsOf(path, tree) };
}

export function lineOf(file: Pick<SourceFile, 'tree'>, node: ts.Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}

/** Calls `visit` with every node of a file, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** A refusal for each node of a file that `isWrong`. */
export function refusalsIn(file: SourceFile, isWrong: (node: ts.Node) => boolean, cure: string): readonly Refusal[] {
  const refusals: Refusal[] = [];
  walk(file.tree, (node) => {
    if (isWrong(node)) refusals.push({ file: file.path, line: lineOf(file, node), cure });
  });
  return refusals;
}

/** One line per refusal: where, and what to do. An empty text is what a test wants to see. */
export function report(refusals: readonly Refusal[]): string {
  return refusals.map(({ file, line, cure }) => `${file}:${line} ${cure}`).join('\n');
}

function parsed(path: string): SourceFile {
  return imagined(path, readText(path));
}

function importsOf(path: string, tree: ts.SourceFile): readonly Import[] {
  const imports: Import[] = [];
  walk(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return;
    const target = specifier.startsWith('.') ? targetOf(path, specifier) : null;
    imports.push({ target, names: namesOf(node), line: lineOf({ tree }, node) });
  });
  return imports;
}

/** An import ends in `.js`, as it will run; the file is that of TypeScript. */
function targetOf(path: string, specifier: string): string {
  const named = normalize(join(dirname(path), specifier)).replaceAll('\\', '/');
  const withMarkup = named.replace(/\.js$/, '.tsx');
  return existsSync(join(ROOT, withMarkup)) ? withMarkup : named.replace(/\.js$/, '.ts');
}

function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : null;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return null;
  const [specifier] = node.arguments;
  return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : null;
}

function namesOf(node: ts.Node): readonly string[] {
  if (!ts.isImportDeclaration(node)) return ['*'];
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return ['*'];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
