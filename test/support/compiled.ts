import { transformFile } from '@swc/core';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES_AT_ONCE = 16;

/** The gateway as plain JavaScript, to be run in processes of its own. */
export interface CompiledGateway {
  /** The command line's file. */
  readonly command: string;
  remove(): Promise<void>;
}

/**
 * Compiles `src` and `migrations` file by file, as the tests themselves are compiled, into a folder within the
 * checkout.
 */
export async function compileGateway(): Promise<CompiledGateway> {
  const scratch = join(ROOT, '.scratch');
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'compiled-'));
  const files: string[] = [];
  for (const part of ['src', 'migrations']) {
    const names = await readdir(join(ROOT, part), { recursive: true });
    files.push(...names.filter((name) => name.endsWith('.ts')).map((name) => join(part, name)));
  }
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    await Promise.all(files.slice(start, start + FILES_AT_ONCE).map((file) => compile(file, folder)));
  }
  return {
    command: join(folder, 'src', 'bin', 'usage-gateway.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function compile(file: string, folder: string): Promise<void> {
  const { code } = await transformFile(join(ROOT, file), {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  });
  const target = join(folder, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
