/** What the generated files hold, made from `codegen.yml`. Nothing is written here. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';
import { parse as parseYaml } from 'yaml';

/** The command that brings a file up to date that has drifted. */
export const CURE = 'npm run generate';

const BANNER = `/* eslint-disable */\n// Written by \`${CURE}\` from the operations of this folder. Change those.\n`;
const PLUGINS = { 'typescript-operations': typescriptOperations, 'typed-document-node': typedDocumentNode };
const root = join(import.meta.dirname, '..');

/** The generated files, by path from the top of the repository, for a schema as it is printed. */
export async function generatedFiles(schemaText) {
  const config = parseYaml(readFileSync(join(root, 'codegen.yml'), 'utf8'));
  const files = new Map([[config.schema, schemaText]]);
  for (const [path, output] of Object.entries(config.generates)) {
    const ownConfig = { ...config.config, ...output.config };
    files.set(path, BANNER + (await generate(path, { ...output, config: ownConfig }, schemaText)));
  }
  return files;
}

/** The generated files whose committed text is not what it would be now. */
export function driftedFiles(files) {
  return [...files].filter(([path, text]) => committedText(path) !== text).map(([path]) => path);
}

function committedText(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

async function generate(filename, { plugins, documents, config }, schemaText) {
  const known = Object.fromEntries(plugins.map((name) => [name, pluginOf(name)]));
  const text = await codegen({
    filename,
    schema: parse(schemaText),
    schemaAst: buildSchema(schemaText),
    documents: documentsOf(documents),
    config,
    plugins: plugins.map((name) => ({ [name]: {} })),
    pluginMap: known,
  });
  return `${text.trim()}\n`;
}

function pluginOf(name) {
  const plugin = PLUGINS[name];
  if (plugin === undefined) throw new Error(`codegen.yml asks for the plugin ${name}, which is not installed.`);
  return plugin;
}

/** The operations behind `folder/*.ending`, in the order of their names. */
function documentsOf(pattern) {
  const [folder, ending] = [dirname(pattern), basename(pattern).replace('*', '')];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => {
      const location = join(folder, name);
      return { location, document: parse(readFileSync(join(root, location), 'utf8')) };
    });
}
