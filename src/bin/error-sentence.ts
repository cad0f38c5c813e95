interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

const NOT_ALLOWED = ({ path, address, port, message }: SystemError) => {
  if (port !== undefined) return `Port ${port} on ${address} may not be used. Set PORT to another one.`;
  return path === undefined
    ? `Not allowed: ${message}`
    : `Not allowed to read or write ${path}. Give this user the right to it, or set DATA_FOLDER to another folder.`;
};
const SQLITE_NOT_WRITABLE = () =>
  'The SQLite file cannot be written. Set DATA_FOLDER or DATABASE_URL to a place that may be written.';
const WRONG_PASSWORD = () => 'The database refuses the user or password of DATABASE_URL.';
const NO_RIGHTS = ({ message }: SystemError) =>
  `The database user of DATABASE_URL may not do what is needed: ${firstLine(message)}. Give it all rights on its database.`;
const DISK_FULL = ({ path }: SystemError) =>
  `The disk is full${path === undefined ? '' : `: ${path} could not be written`}. Make room and try again; nothing is done twice.`;
const DATABASE_DISK_FULL = () =>
  'The disk of the database, or the room that it may take, is full. Make room and try again; nothing is done twice.';
const DATABASE_GONE = () => 'The database closed the connection. Look whether it is running, and try again.';
const TOO_MANY_CONNECTIONS = () =>
  'The database takes no more connections. Close others, or raise its max_connections.';
const OTHER_WRITER = () =>
  'Another process has been writing to the same database for too long. Try again when it is done; nothing is done twice.';
const NO_SUCH_HOST = ({ hostname }: SystemError) =>
  `${process.env['HOST'] === hostname ? 'HOST' : 'DATABASE_URL'} names the machine "${hostname}", which is not known here.`;

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
  ['EEXIST', ({ path }) => `${path} is needed as a folder, and is none. Set DATA_FOLDER to another place.`],
  ['EISDIR', ({ path }) => (path === undefined ? 'A folder stands where a file is needed.' : `${path} is a folder.`)],
  ['ENOSPC', DISK_FULL],
  ['EDQUOT', DISK_FULL],
  ['EMFILE', () => 'This process may not open more files. Raise the limit (ulimit -n).'],
  [
    'ECONNREFUSED',
    ({ address, port }) => `Nothing answers at ${address}:${port}. Is the database of DATABASE_URL running?`,
  ],
  ['ECONNRESET', DATABASE_GONE],
  ['EPIPE', DATABASE_GONE],
  ['PROTOCOL_CONNECTION_LOST', DATABASE_GONE],
  ['ER_SERVER_SHUTDOWN', DATABASE_GONE],
  ['ETIMEDOUT', () => 'The database of DATABASE_URL does not answer in time.'],
  ['EHOSTUNREACH', () => 'There is no way from here to the database of DATABASE_URL.'],
  ['ENETUNREACH', () => 'There is no way from here to the database of DATABASE_URL.'],
  ['ENOTFOUND', NO_SUCH_HOST],
  ['EAI_AGAIN', NO_SUCH_HOST],
  ['SQLITE_CANTOPEN', SQLITE_NOT_WRITABLE],
  ['SQLITE_READONLY', SQLITE_NOT_WRITABLE],
  ['SQLITE_NOTADB', () => 'The file of DATABASE_URL is no SQLite database.'],
  ['SQLITE_FULL', DATABASE_DISK_FULL],
  ['SQLITE_BUSY', OTHER_WRITER],
  ['SQLITE_IOERR', () => 'The disk of the SQLite file failed to read or write. Look whether it is full or broken.'],
  ['SQLITE_CORRUPT', () => 'The SQLite file is damaged. Stop everything that uses it, and restore a backup.'],
  ['ER_DISK_FULL', DATABASE_DISK_FULL],
  ['ER_RECORD_FILE_FULL', DATABASE_DISK_FULL],
  ['ER_LOCK_WAIT_TIMEOUT', OTHER_WRITER],
  ['ER_ACCESS_DENIED_ERROR', WRONG_PASSWORD],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', WRONG_PASSWORD],
  ['ER_DBACCESS_DENIED_ERROR', NO_RIGHTS],
  ['ER_TABLEACCESS_DENIED_ERROR', NO_RIGHTS],
  ['ER_COLUMNACCESS_DENIED_ERROR', NO_RIGHTS],
  ['ER_SPECIFIC_ACCESS_DENIED_ERROR', NO_RIGHTS],
  ['ER_HOST_NOT_PRIVILEGED', () => 'The database of DATABASE_URL takes no connections from this machine.'],
  ['ER_BAD_DB_ERROR', () => 'The database named in DATABASE_URL does not exist. Create it first.'],
  ['ER_CON_COUNT_ERROR', TOO_MANY_CONNECTIONS],
  ['ER_TOO_MANY_USER_CONNECTIONS', TOO_MANY_CONNECTIONS],
  ['ER_OPTION_PREVENTS_STATEMENT', () => 'The database of DATABASE_URL is read-only. Name the one that takes writes.'],
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

/** What a database says of a statement names the user, the right and the table, and no value. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}
