import { createRequire, isBuiltin } from 'node:module';
import { SyntheticModule, runInNewContext } from 'node:vm';
import Runtime from 'jest-runtime';

/** What each name of a package stands for, in every test file that this process runs. */
const packages = new Map();
const { console: ownConsole } = globalThis;
const { env, exit } = process;
const require = createRequire(import.meta.url);
/** `Object`, `Number`, `Error` and the like. */
const BUILT_IN = runInNewContext('Object.getOwnPropertyNames(globalThis)').filter(
  (name) => typeof globalThis[name] === 'function',
);

/**
 * Jest loads everything anew for each test file. Our own code it still does; packages are loaded once a process, by Node
 * itself, as when serving: loading them was most of the time of most files. What they make and what we make must then be
 * of the same kind (`instanceof Error`), so that our code too runs in the world of Node and not in one of Jest's own.
 * It reaches into Jest, whose version is fixed; with parts of other names no test file would run, and none in silence.
 * Plain JavaScript, because Jest loads it without compiling it.
 */
export default class PackagesOnce extends Runtime {
  constructor(config, environment, ...others) {
    for (const name of BUILT_IN) environment.global[name] = globalThis[name];
    globalThis.console = environment.global.console;
    process.env = { ...env };
    environment.global = globalThis;
    super(config, environment, ...others);
    const loader = this.esmLoader;
    loader.getContext = () => undefined;
    const resolveModule = loader.resolveModule.bind(loader);
    loader.resolveModule = (name, ...from) => (isPackage(name) ? packageOf(name) : resolveModule(name, ...from));
    // Newer versions of Node would otherwise go another way, past `resolveModule`.
    this._resolution.canResolveSync = () => false;
  }

  /** What our code requires is what it and Node import: a package's rules know no schema of a second graphql-js. */
  requireModuleOrMock(from, name) {
    return isPackage(name) ? require(name) : super.requireModuleOrMock(from, name);
  }

  /** What a test file may leave behind for the next one goes with it. */
  teardown() {
    super.teardown();
    globalThis.console = ownConsole;
    Object.assign(process, { env, exit });
    // The classes that type-graphql knows of are those of this file's copy of our code.
    delete globalThis.TypeGraphQLMetadataStorage;
  }
}

function isPackage(name) {
  return !/^[./]/.test(name) && !isBuiltin(name) && name !== '@jest/globals';
}

function packageOf(name) {
  if (!packages.has(name)) packages.set(name, load(name));
  return packages.get(name);
}

async function load(name) {
  const exported = await import(name);
  const names = Object.keys(exported);
  const module = new SyntheticModule(names, () => names.forEach((one) => module.setExport(one, exported[one])));
  await module.link(() => undefined);
  await module.evaluate();
  return module;
}
