/** What may import what. `src/` reads from left to right, and an import only ever looks left. */
import type { Refusal, SourceFile } from './source-files.js';

/** The stages of the pipeline, in the order of a record's way. A stage looks left, never right. */
export const STAGES = ['ingestion', 'rollup', 'routing', 'closing', 'reporting'] as const;

const STAGE_FOLDERS = STAGES.map((stage) => `pipeline/${stage}`);
const WHO_IS_WHO = ['books', 'registration', 'tenancy', 'metering'];
const FOUNDATION = ['primitives', 'outbound', 'database', 'access'];
const DOMAIN = [...FOUNDATION, ...WHO_IS_WHO, ...STAGE_FOLDERS, 'pipeline.ts'];

/** Folder → the folders it may import from, beside itself. The order is that of the layout in the README. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  // Questions to others over HTTP.
  outbound: ['primitives'],
  database: ['primitives'],
  access: ['primitives', 'outbound', 'database'],
  books: FOUNDATION,
  metering: FOUNDATION,
  registration: [...FOUNDATION, 'books'],
  tenancy: [...FOUNDATION, 'registration'],
  // Groups of variables, each declared once.
  config: ['primitives', 'access'],
  ...Object.fromEntries(
    STAGE_FOLDERS.map((folder, index) => [folder, [...FOUNDATION, ...WHO_IS_WHO, ...STAGE_FOLDERS.slice(0, index)]]),
  ),
  'commerce-simulator': ['primitives', 'database', 'pipeline/reporting'],
  // The one file that calls several stages.
  'pipeline.ts': DOMAIN,
  collection: DOMAIN,
  // Bodies of usage in, receipts out, here or in a thread.
  writing: DOMAIN,
  // Many customers at once, by the acts of the folders before it.
  onboarding: DOMAIN,
  reading: [...DOMAIN, 'collection'],
  demo: DOMAIN,
  graphql: [...DOMAIN, 'collection', 'onboarding', 'reading', 'writing', 'config'],
  // The edges know the App by its type; `app.ts` does not know them.
  rest: [...DOMAIN, 'collection', 'reading', 'app.ts', 'config.ts'],
  http: [...DOMAIN, 'reading', 'writing', 'graphql', 'rest', 'app.ts', 'config', 'config.ts'],
  scheduling: [...DOMAIN, 'collection', 'app.ts', 'config.ts'],
  'config.ts': ['primitives', 'access', 'config'],
  'data-source.ts': [...DOMAIN, 'collection', 'migrations'],
  'app.ts': [...DOMAIN, 'collection', 'reading', 'writing', 'graphql', 'config.ts', 'data-source.ts'],
  migrations: ['metering'],
  // A page knows the gateway by its schema alone.
  'web/graphiql': [],
};

/**
 * The rooms of `graphql`, in the order of an operation's way. A room imports from rooms before it, and what all of them
 * share lies beside them.
 */
export const GRAPHQL_ROOMS = ['paging', 'fields', 'admission', 'execution', 'streams', 'types', 'modules'] as const;

/** A command may use everything: it is where the process begins. */
const ENTRIES = ['bin'];

/** The folder whose rules hold for a file: `src/pipeline/rollup/day-total.ts` is of `pipeline/rollup`. */
export function folderOf(path: string): string {
  const [top = '', ...rest] = path.split('/');
  const [first = '', second = ''] = rest;
  if (top === 'web') return `web/${first}`;
  if (top !== 'src') return top;
  if (first === 'pipeline') return rest.length > 2 ? `pipeline/${second}` : second;
  return first;
}

/** The room of `graphql` that a file is in; null for what lies beside the rooms, and for everything else. */
function roomOf(path: string): string | null {
  const [, folder, room, file] = path.split('/');
  return folder === 'graphql' && room !== undefined && file !== undefined ? room : null;
}

/** Imports that look right within `graphql`, and rooms of which nobody has said where they stand. */
export function misdirectedRooms(files: readonly SourceFile[]): readonly Refusal[] {
  const placeOf = (room: string) => (GRAPHQL_ROOMS as readonly string[]).indexOf(room);
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (room === null) return [];
    if (placeOf(room) < 0) {
      return [{ file: file.path, line: 1, cure: `is in the room "${room}": give it a place in test/tidy/layout.ts` }];
    }
    return file.imports.flatMap(({ target, line }) => {
      const to = target === null ? null : roomOf(target);
      if (to === null || placeOf(to) <= placeOf(room)) return [];
      return [{ file: file.path, line, cure: `imports the room "${to}", which comes after "${room}"` }];
    });
  });
}

/** Imports that look right, and folders of which nobody has said where they stand. */
export function misdirectedImports(files: readonly SourceFile[]): readonly Refusal[] {
  return files.flatMap((file) => {
    const folder = folderOf(file.path);
    if (ENTRIES.includes(folder)) return [];
    const allowed = MAY_IMPORT[folder];
    if (allowed === undefined) {
      return [{ file: file.path, line: 1, cure: `is in "${folder}": give it a row in test/tidy/layout.ts` }];
    }
    return file.imports.flatMap(({ target, line }) => {
      const to = target === null ? folder : folderOf(target);
      if (to === folder || allowed.includes(to)) return [];
      return [
        {
          file: file.path,
          line,
          cure: `imports "${to}", which lies to the right of "${folder}". Move what both need to the left, or pass it as an argument`,
        },
      ];
    });
  });
}

/** Imports that lead back to where they started, each ring once. */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const rings: string[] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      rings.push([...trail.slice(start), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== null && byPath.has(target)) follow(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of files) follow(path, []);
  return rings;
}

/** Files that no entry reaches. A test alone does not keep a file alive. */
export function unreachedFiles(files: readonly SourceFile[], entries: readonly string[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const follow = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    for (const { target } of file.imports) if (target !== null) follow(target);
  };
  for (const entry of entries) follow(entry);
  return files.map(({ path }) => path).filter((path) => !reached.has(path));
}
