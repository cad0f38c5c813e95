/** How many rows go to a server that speaks MySQL's protocol. */
import { Readable } from 'node:stream';
import { escape } from 'mysql2';
import type { PoolConnection, QueryOptions, ResultSetHeader } from 'mysql2';
import type { DataSource, QueryRunner } from 'typeorm';

import type { Fault, SqlText } from './dialect.js';
import { insertInto } from './statement.js';
import type { OnStatement, Rows, RowsToLoad, SqlValue } from './statement.js';
import { invariant } from '../primitives/errors.js';

const ROWS_PER_STATEMENT_MAX = 1_000;
/** Rows that are sent as one piece: even the longest ones fit into the smallest packet that servers allow. */
const ROWS_PER_PIECE_MAX = 500;
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Statements of many rows with their values written out: the driver's own binding costs more than the insert. */
export async function insertOnMysql(runner: QueryRunner, insert: Rows, onStatement: OnStatement): Promise<number> {
  const decimals = new Set((insert.decimals ?? []).map((name) => insert.columns.indexOf(name)));
  const head = insertInto(insert);
  let affected = 0;
  for (let start = 0; start < insert.rows.length; start += ROWS_PER_STATEMENT_MAX) {
    const rows = insert.rows.slice(start, start + ROWS_PER_STATEMENT_MAX);
    const text = `${head} ${rows.map((row) => literal(row, decimals)).join(',')} ${insert.onDuplicate}`;
    onStatement(head);
    affected += (await send(runner, { sql: text })).affectedRows;
  }
  return affected;
}

/**
 * Rows that are not there yet, in the form that a MySQL server takes in fastest; one that is there under any key stays
 * as it is. The values must have been checked: the server would bend a bad one instead of refusing it, and an answer
 * that shows it did is an error here. Servers whose operators allow no local files get the same as statements.
 */
export async function loadOnMysql<Item>(
  runner: QueryRunner,
  load: RowsToLoad<Item>,
  onStatement: OnStatement,
  faultOf: (error: unknown) => Fault | null,
): Promise<number> {
  if (load.items.length === 0) return 0;
  if (!withoutLocalFiles.has(runner.dataSource)) {
    try {
      return await loadInfile(runner, load, onStatement);
    } catch (error) {
      if (faultOf(error) !== 'NO_LOCAL_FILES') throw error;
      withoutLocalFiles.add(runner.dataSource);
    }
  }
  const bytes = load.digests.map((name) => load.columns.indexOf(name));
  const rows = load.items.map((item) =>
    load.rowOf(item).map((value, column) => (bytes.includes(column) ? Buffer.from(String(value), 'hex') : value)),
  );
  const insert = { ...load, rows, onDuplicate: onDuplicateKeep(load.columns[0] ?? '') };
  return insertOnMysql(runner, insert, onStatement);
}

/** What follows an insert to leave a row that is already there, under any key, as it is. */
export function onDuplicateKeep(column: SqlText): string {
  return `ON DUPLICATE KEY UPDATE ${column} = ${column}`;
}

/** Servers that said so once. */
const withoutLocalFiles = new WeakSet<DataSource>();

async function loadInfile<Item>(
  runner: QueryRunner,
  load: RowsToLoad<Item>,
  onStatement: OnStatement,
): Promise<number> {
  const columns = load.columns.map((column) => (load.digests.includes(column) ? `@${column}` : column));
  const sets = load.digests.map((column) => `${column} = UNHEX(@${column})`);
  const sql = `LOAD DATA LOCAL INFILE 'rows' IGNORE INTO TABLE ${load.table} CHARACTER SET utf8mb4
    (${columns.join(', ')})${sets.length > 0 ? ` SET ${sets.join(', ')}` : ''}`;
  onStatement(sql);
  const { affectedRows, info } = await send(runner, {
    sql,
    infileStreamFactory: () => Readable.from(piecesOf(load)),
  });
  const [, read, skipped, warnings] = LOADED.exec(info) ?? [];
  invariant(
    Number(read) === load.items.length && affectedRows + Number(skipped) === Number(read) && skipped === warnings,
    `the server takes ${load.items.length} rows of ${load.table} as they are (${info})`,
  );
  return affectedRows;
}

/** What a server says after it took in a file. */
const LOADED = /^Records: (\d+) +Deleted: \d+ +Skipped: (\d+) +Warnings: (\d+)/;

function* piecesOf<Item>({ items, rowOf }: RowsToLoad<Item>): Generator<Buffer> {
  for (let start = 0; start < items.length; start += ROWS_PER_PIECE_MAX) {
    let text = '';
    for (const item of items.slice(start, start + ROWS_PER_PIECE_MAX)) text += `${lineOf(rowOf(item))}\n`;
    yield Buffer.from(text);
  }
}

/** A row as LOAD DATA reads it unless it is told otherwise. */
function lineOf(row: readonly SqlValue[]): string {
  let text = '';
  for (let index = 0; index < row.length; index += 1) {
    const value = row[index];
    if (index > 0) text += '\t';
    if (typeof value === 'number') text += value;
    else if (value === null || value === undefined) text += '\\N';
    else text += escapedField(String(value));
  }
  return text;
}

const SPECIAL = /[\\\t\n\0]/;
const EVERY_SPECIAL = /[\\\t\n\0]/g;

function escapedField(value: string): string {
  return SPECIAL.test(value) ? value.replace(EVERY_SPECIAL, (sign) => (sign === '\0' ? '\\0' : `\\${sign}`)) : value;
}

/** Past TypeORM, whose driver would look for placeholders in megabytes of values. */
async function send(runner: QueryRunner, options: QueryOptions): Promise<ResultSetHeader> {
  const connection = (await runner.connect()) as PoolConnection;
  return new Promise((resolve, reject) => {
    connection.query<ResultSetHeader>(options, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function literal(row: readonly SqlValue[], decimals: ReadonlySet<number>): string {
  let text = '(';
  for (let index = 0; index < row.length; index += 1) {
    const value = row[index];
    if (index > 0) text += ',';
    if (typeof value === 'number') text += value;
    else if (value === null || value === undefined) text += 'NULL';
    else if (value instanceof Buffer) text += `X'${value.toString('hex')}'`;
    else if (decimals.has(index) && DECIMAL.test(String(value))) text += String(value);
    else text += escape(String(value));
  }
  return `${text})`;
}
