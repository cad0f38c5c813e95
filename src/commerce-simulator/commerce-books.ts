/** A receiver of reports that counts each line once, for demos and tests: what Azure Commerce would be, made up. */
import { hash } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';

import { registerDecimals } from '../database/sqlite.js';
import { openSqliteFile } from '../database/sqlite-driver.js';
import { lineOnWire } from '../pipeline/reporting/commerce-client.js';
import type { CommerceAnswer, CommerceTotal, LineAnswer, ReportBatch } from '../pipeline/reporting/commerce-client.js';
import { canonicalGuid, digest16 } from '../primitives/ids.js';
import { canonicalQuantity } from '../primitives/quantity.js';

/** What the made-up receiver has taken: each line once, however often it is sent. */
export interface CommerceBooks {
  /** Takes a batch. `text` is the batch as it came: under one key, only the same text is heard again. */
  take(batch: ReportBatch, text: string): CommerceAnswer | 'KEY_REUSED';
  totals(cloudId: string): readonly CommerceTotal[];
  /** Lines of meters that are rejected, by meter id, until it is called again. */
  reject(meterIds: readonly string[]): void;
  close(): void;
}

const IN_MEMORY = ':memory:';

/** Opens the receiver's books in a SQLite file, made for its owner alone, or in memory. */
export function openCommerceBooks(file: string): CommerceBooks {
  if (file !== IN_MEMORY && !existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const db = openSqliteFile(file);
  db.pragma('journal_mode = WAL');
  registerDecimals(db);
  db.exec(`CREATE TABLE IF NOT EXISTS batch (key TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS line (line_id TEXT PRIMARY KEY, digest TEXT NOT NULL, cloud_id TEXT NOT NULL,
      destination TEXT NOT NULL, meter_id TEXT NOT NULL, quantity TEXT NOT NULL);`);
  const findBatch = db.prepare<[string], { digest: string; answer: string }>(
    'SELECT digest, answer FROM batch WHERE key = ?',
  );
  const findLine = db.prepare<[string], { digest: string }>('SELECT digest FROM line WHERE line_id = ?');
  const insertLine = db.prepare('INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)');
  const insertBatch = db.prepare('INSERT INTO batch VALUES (?, ?, ?)');
  let rejected: ReadonlySet<string> = new Set();

  function takeLine(batch: ReportBatch, line: ReportBatch['lines'][number]): LineAnswer {
    const { lineId, meterId, quantity } = line;
    const digest = hash('sha256', JSON.stringify(lineOnWire(line, batch.form)));
    const known = findLine.get(lineId);
    if (known !== undefined) {
      return known.digest === digest
        ? { lineId, status: 'DUPLICATE', code: null }
        : { lineId, status: 'REJECTED', code: 'LineIdReused' };
    }
    if (rejected.has(meterId)) return { lineId, status: 'REJECTED', code: 'MeterNotAllowed' };
    insertLine.run(lineId, digest, batch.cloudId, batch.destinationSubscriptionId, meterId, quantity);
    return { lineId, status: 'ACCEPTED', code: null };
  }

  const take = db.transaction((batch: ReportBatch, text: string): CommerceAnswer | 'KEY_REUSED' => {
    const digest = hash('sha256', text);
    const known = findBatch.get(batch.idempotencyKey);
    if (known !== undefined && known.digest !== digest) return 'KEY_REUSED';
    if (known !== undefined) return asRepeated(JSON.parse(known.answer) as CommerceAnswer);
    const answer = { receipt: receiptOf(batch), lines: batch.lines.map((line) => takeLine(batch, line)) };
    insertBatch.run(batch.idempotencyKey, digest, JSON.stringify(answer));
    return answer;
  });

  return {
    take: (batch, text) => take.immediate(batch, text),
    totals: (cloudId) =>
      db
        .prepare<[string], CommerceTotal>(
          `SELECT destination AS destinationSubscriptionId, meter_id AS meterId, decimal_sum(quantity) AS quantity,
                  COUNT(*) AS lines
             FROM line WHERE cloud_id = ? GROUP BY destination, meter_id ORDER BY destination, meter_id`,
        )
        .all(cloudId)
        .map((total) => ({ ...total, quantity: canonicalQuantity(total.quantity) })),
    reject: (meterIds) => {
      rejected = new Set(meterIds);
    },
    close: () => db.close(),
  };
}

/** The same for the same batch, so that a demo that is run again prints the same. */
function receiptOf({ idempotencyKey }: ReportBatch): string | null {
  return canonicalGuid(digest16(['receipt', idempotencyKey]).toString('hex'));
}

/** The first answer again; what was accepted then is a duplicate now. */
function asRepeated({ receipt, lines }: CommerceAnswer): CommerceAnswer {
  return {
    receipt,
    lines: lines.map((line) => (line.status === 'ACCEPTED' ? { ...line, status: 'DUPLICATE' as const } : line)),
  };
}
