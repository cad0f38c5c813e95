interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

const NOT_ALLOWED = ({ path, address, port, message }: SystemError) => {
  if (port !== undefined) return `Port ${port} on ${address} may not be used. Set PORT to another one.`;
  return path === undefined
    ? `Not allowed: ${message}`
    : `Not allowed to write ${path}. Set DATA_FOLDER to a folder that may be written.`;
};
const SQLITE_NOT_WRITABLE = () =>
  'The SQLite file cannot be written. Set DATA_FOLDER or DATABASE_URL to a place that may be written.';

/** Common troubles of files, ports and servers, each in a sentence that says what to do. */
const SENTENCES: ReadonlyMap<string, (error: SystemError) => string> = new Map([
  [
    'EADDRINUSE',
    ({ address, port }) => `Port ${port} on ${address} is in use. Stop what listens there, or set PORT to another one.`,
  ],
  ['EADDRNOTAVAIL', ({ address }) => `This machine has no address ${address}. Set HOST to one that it has.`],
  ['EACCES', NOT_ALLOWED],
  ['EROFS', NOT_ALLOWED],
  ['EPERM', NOT_ALLOWED],
  ['ENOENT', ({ path }) => `There is no ${path}.`],
  ['ENOTDIR', ({ path }) => `${path} lies below something that is no folder.`],
  [
    'ECONNREFUSED',
    ({ address, port }) => `Nothing answers at ${address}:${port}. Is the database of DATABASE_URL running?`,
  ],
  ['ENOTFOUND', () => 'The host of DATABASE_URL is not known here.'],
  ['SQLITE_CANTOPEN', SQLITE_NOT_WRITABLE],
  ['SQLITE_READONLY', SQLITE_NOT_WRITABLE],
  ['SQLITE_NOTADB', () => 'The file of DATABASE_URL is no SQLite database.'],
  ['ER_ACCESS_DENIED_ERROR', () => 'The database refuses the user or password of DATABASE_URL.'],
  ['ER_BAD_DB_ERROR', () => 'The database named in DATABASE_URL does not exist. Create it first.'],
] as const);

/** What went wrong, for the person at the terminal; with the stack where we know nothing better. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as SystemError;
  // SQLite adds to a code what exactly it was about, as in SQLITE_READONLY_DIRECTORY.
  const [family] = /^SQLITE_[A-Z]+/.exec(code) ?? [code];
  const sentence = SENTENCES.get(family);
  return sentence?.(error) ?? error.stack ?? error.message;
}
