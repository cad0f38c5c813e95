import { ascii, epochMs, integer, key, longText, named, nullable, text } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';

export const AUDIT_OUTCOMES = ['DONE', 'UNCHANGED', 'REPLAYED', 'DENIED'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const TARGET_LENGTH_MAX = 400;
export const SUBJECT_LENGTH_MAX = 200;
export const REQUEST_ID_LENGTH_MAX = 100;

/** One change, or one that was refused. Rows are added and never changed; each is chained to the one before it. */
export const auditEntryTable = table({
  name: 'audit_entry',
  columns: {
    /** 1, 2, 3 … without a gap. */
    sequence: key(integer()),
    at: epochMs(),
    /** Name of the act, which is that of the mutation where there is one. */
    action: ascii(60),
    outcome: ascii<AuditOutcome>(12),
    /** Why it was refused. */
    code: nullable(ascii(60)),
    subject: text(SUBJECT_LENGTH_MAX),
    role: nullable(ascii(16)),
    credential: ascii(16),
    requestId: nullable(text(REQUEST_ID_LENGTH_MAX)),
    /** Whose books it is about; null for what is about none, or about one that the caller may not see. */
    // No foreign keys: the log outlives what it tells of, and appending must wait for nobody's lock.
    registrationId: nullable(integer()),
    tenantId: nullable(integer()),
    target: text(TARGET_LENGTH_MAX),
    /** JSON. */
    before: named('before_json', nullable(longText())),
    after: named('after_json', nullable(longText())),
    previousHash: ascii(64),
    hash: ascii(64),
  },
  index: {
    ix_audit_entry_registration: ['registrationId', 'sequence'],
    ix_audit_entry_action: ['action', 'sequence'],
    ix_audit_entry_subject: ['subject', 'sequence'],
  },
});
/** A row of `audit_entry`. */
export type AuditEntry = RowOf<typeof auditEntryTable>;

/**
 * The end of the chain: one row, locked by whoever appends, so that two processes cannot both follow the same entry.
 */
export const auditHeadTable = table({
  name: 'audit_head',
  columns: {
    id: key(integer()),
    sequence: integer(),
    hash: ascii(64),
  },
});

/** What a change that is wanted once answered. */
export const idempotentAnswerTable = table({
  name: 'idempotent_answer',
  columns: {
    /** Digest of who asked, for which mutation, under which key. */
    requestHash: key(ascii(64)),
    inputHash: ascii(64),
    /** JSON; empty only inside the transaction that is about to write it. */
    answer: longText(),
    expiresAt: epochMs(),
  },
  index: { ix_idempotent_answer_expiry: ['expiresAt'] },
});
