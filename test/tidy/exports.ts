/** What files give to others: named, explained, and taken by somebody. */
import ts from 'typescript';

import { walk } from './source-files.js';
import type { SourceFile } from './source-files.js';

interface Exported {
  readonly name: string;
  readonly isType: boolean;
  readonly isExplained: boolean;
  readonly needsExplaining: boolean;
}

/**
 * Names that a file exports and nothing imports, as "path name": dead, or private to it. A type or class that is named
 * a second time in its file is part of what that line means, and may be exported for whoever has to spell it one day.
 */
export function deadExports(files: readonly SourceFile[], importers: readonly SourceFile[]): readonly string[] {
  const taken = new Map<string, Set<string>>();
  for (const { target, names } of importers.flatMap(({ imports }) => imports)) {
    if (target === null) continue;
    const known = taken.get(target) ?? new Set<string>();
    for (const name of names) known.add(name);
    taken.set(target, known);
  }
  return files.flatMap((file) => {
    const names = taken.get(file.path);
    return exportsOf(file)
      .filter(({ name }) => names?.has(name) !== true && names?.has('*') !== true)
      .filter(({ name, isType }) => !isType || timesNamed(file, name) < 2)
      .map(({ name }) => `${file.path} ${name}`);
  });
}

/** Exported functions, classes and interfaces without a doc comment, as "path name". */
export function unexplainedExports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    exportsOf(file)
      .filter(({ needsExplaining, isExplained }) => needsExplaining && !isExplained)
      .map(({ name }) => `${file.path} ${name}`),
  );
}

function exportsOf({ tree }: SourceFile): readonly Exported[] {
  return tree.statements.filter(isExported).flatMap((node) => {
    const isExplained = ts.getJSDocCommentsAndTags(node).length > 0 || isExplainedToCallers(node);
    const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
    const needsExplaining =
      ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
    return namesOf(node).map((name) => ({ name, isType, isExplained, needsExplaining }));
  });
}

/** A class of the schema is explained by the description that callers read; a resolver by those of its fields. */
function isExplainedToCallers(node: ts.Statement): boolean {
  if (!ts.isClassDeclaration(node)) return false;
  return (ts.getDecorators(node) ?? []).some(({ expression }) => /description:|^Resolver\(/.test(expression.getText()));
}

function timesNamed({ tree }: SourceFile, name: string): number {
  let times = 0;
  walk(tree, (node) => {
    if (ts.isIdentifier(node) && node.text === name) times += 1;
  });
  return times;
}

function isExported(node: ts.Statement): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

function namesOf(node: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node);
  return named && node.name !== undefined ? [node.name.text] : [];
}
