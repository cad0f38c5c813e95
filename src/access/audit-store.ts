import type { Actor } from './actor.js';
import { GENESIS, hashOf, storable } from './audit-entry.js';
import { REQUEST_ID_LENGTH_MAX, SUBJECT_LENGTH_MAX, TARGET_LENGTH_MAX } from './audit.entity.js';
import { auditEntryTable, auditHeadTable } from './audit.entity.js';
import type { AuditEntry, AuditOutcome } from './audit.entity.js';
import { inScope } from './scope.js';
import type { Scope } from './scope.js';
import { insertRow, update } from '../database/change.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Sql, Tx } from '../database/transaction.js';
import { invariant } from '../primitives/errors.js';

const a = alias(auditEntryTable, 'a');
const HEAD = auditHeadTable;

const ROWS_PER_READ = 1_000;

/**
 * Adds an entry to the end of the chain, in the transaction of what it tells of. It locks the end until that commits,
 * so it belongs at the end of the transaction: every other change waits meanwhile.
 */
export async function appendAuditEntry(
  tx: Tx,
  entry: {
    readonly at: number;
    readonly action: string;
    readonly outcome: AuditOutcome;
    readonly code: string | null;
    readonly actor: Actor;
    readonly target: string;
    readonly registrationId: number | null;
    readonly tenantId: number | null;
    readonly before: string | null;
    readonly after: string | null;
  },
): Promise<void> {
  const [head] = await select(tx, HEAD, `FROM ${HEAD} WHERE ${HEAD.id} = 1 ${tx.dialect.lockForWrite}`);
  invariant(head, 'the audit log has an end');
  const { actor, ...rest } = entry;
  const row = {
    ...rest,
    sequence: head.sequence + 1,
    subject: storable(actor.subject, SUBJECT_LENGTH_MAX),
    role: actor.role,
    credential: actor.credential,
    requestId: actor.requestId === null ? null : storable(actor.requestId, REQUEST_ID_LENGTH_MAX),
    target: storable(entry.target, TARGET_LENGTH_MAX),
    previousHash: head.hash,
  };
  const hash = hashOf(row);
  await insertRow(tx, auditEntryTable, { ...row, hash });
  await update(tx, HEAD, { sequence: row.sequence, hash }, `${HEAD.id} = 1`);
}

/** Entries in scope, latest first. What is about no registration is for those alone who see all of them. */
export async function listAuditEntries(
  sql: Sql,
  scope: Scope,
  filter: {
    readonly registrationId?: number;
    readonly action?: string;
    readonly subject?: string;
    readonly beforeSequence: number | null;
    readonly limit: number;
  },
): Promise<AuditEntry[]> {
  const { registrationId, action, subject, beforeSequence, limit } = filter;
  const conditions = [
    inScope(scope, { registration: a.registrationId, tenant: a.tenantId }),
    ...(registrationId === undefined ? [] : [`${a.registrationId} = ${literal(registrationId)}`]),
    ...(beforeSequence === null ? [] : [`${a.sequence} < ${literal(beforeSequence)}`]),
    ...(action === undefined ? [] : [`${a.action} = ?`]),
    ...(subject === undefined ? [] : [`${a.subject} = ?`]),
  ];
  return select(
    sql,
    a,
    `FROM ${a} WHERE ${conditions.join(' AND ')} ORDER BY ${a.sequence} DESC LIMIT ${literal(limit)}`,
    [action, subject].filter((value) => value !== undefined),
  );
}

/** What computing the chain of the audit log anew has shown. */
export interface AuditVerification {
  /** How many entries follow from one another, from the first on. */
  readonly entries: number;
  /** Hash of the last of them. Kept elsewhere, it proves later that nothing before it was changed. */
  readonly hash: string;
  /** What is wrong at the first entry that does not follow; null when all do. */
  readonly problem: string | null;
  /** Whether the chain holds the entry that was asked for; null when none was. */
  readonly holdsExpected: boolean | null;
}

/**
 * Reads the whole chain and computes it again. `expected` is a hash that was noted earlier: a chain that was rewritten
 * from some entry on is whole in itself, but no longer holds it. Ask within a snapshot. `onProgress` is told now and
 * then how many entries were computed.
 */
export async function verifyAuditChain(
  sql: Sql,
  expected: string | null = null,
  onProgress: (entries: number) => void = () => undefined,
): Promise<AuditVerification> {
  const chain = { entries: 0, hash: GENESIS };
  // From below zero on: an entry before the first is one too many.
  let after = -1_000_000_000;
  let holdsExpected = expected === null ? null : expected === GENESIS;
  for (;;) {
    const next = `FROM ${a} WHERE ${a.sequence} > ? ORDER BY ${a.sequence} LIMIT ${ROWS_PER_READ}`;
    const rows = await select(sql, a, next, [after]);
    for (const row of rows) {
      const problem = problemOf(row, chain);
      if (problem !== null) return { ...chain, problem, holdsExpected };
      after = row.sequence;
      chain.entries = row.sequence;
      chain.hash = row.hash;
      if (row.hash === expected) holdsExpected = true;
    }
    onProgress(chain.entries);
    if (rows.length < ROWS_PER_READ) break;
  }
  return { ...chain, problem: await problemAtEnd(sql, chain), holdsExpected };
}

function problemOf(row: AuditEntry, { entries, hash }: { readonly entries: number; readonly hash: string }) {
  if (row.sequence !== entries + 1) return `Entry ${entries + 1} is missing.`;
  if (row.previousHash !== hash) return `Entry ${row.sequence} does not follow the entry before it.`;
  if (hashOf(row) !== row.hash) return `Entry ${row.sequence} was changed.`;
  return null;
}

/** Entries cut off the end leave a chain that is whole; the row that says where it ends tells. */
async function problemAtEnd(sql: Sql, { entries, hash }: { readonly entries: number; readonly hash: string }) {
  const rows = await select(sql, HEAD, `FROM ${HEAD}`);
  const [head] = rows;
  if (rows.length === 1 && head?.sequence === entries && head.hash === hash) return null;
  return `The log ends at entry ${entries}, and not where it says that it ends.`;
}
