import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

import type { TestServer } from './databases.js';
import type { EmptyDatabase } from './empty-database.js';

/** What a release answered about its books, as `test/releases/README.md` says. */
export interface ReleasedAnswers {
  /** The moment at which it was asked. */
  readonly asOf: string;
  /** A key of an INGESTOR for the registration `hub`. */
  readonly apiKey: string;
  readonly audit: { readonly entries: number; readonly hash: string };
  readonly seals: readonly { readonly registration: string; readonly reportedDay: number; readonly checksum: string }[];
  /** SHA-256 of what a receiver is sent, by idempotency key. */
  readonly reportBytes: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, { readonly query: string; readonly data: unknown }>>;
}

const FOLDER = join(import.meta.dirname, '..', 'releases');

/** A database of its own that holds the books of a release, with the tables of that release. */
export async function restoreReleasedBooks(server: TestServer, release: string): Promise<EmptyDatabase> {
  const place = await server.create();
  if (server.dialect === 'sqlite') {
    await copyFile(join(FOLDER, release, 'usage.sqlite'), place.url.slice('sqlite:'.length));
    return place;
  }
  const connection = await createConnection({ uri: place.url, multipleStatements: true });
  try {
    await connection.query(await readFile(join(FOLDER, release, 'usage.sql'), 'utf8'));
  } finally {
    await connection.end();
  }
  return place;
}

export async function releasedAnswers(release: string): Promise<ReleasedAnswers> {
  return JSON.parse(await readFile(join(FOLDER, release, 'expected.json'), 'utf8')) as ReleasedAnswers;
}
