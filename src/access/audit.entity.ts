import { ascii, epochMs, integer, longText, text } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';

export const AUDIT_OUTCOMES = ['DONE', 'UNCHANGED', 'REPLAYED', 'DENIED'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One change, or one that was refused. Rows are added and never changed; each is chained to the one before it. */
export interface AuditEntry {
  /** 1, 2, 3 … without a gap. */
  sequence: number;
  at: number;
  /** Name of the act, which is that of the mutation where there is one. */
  action: string;
  outcome: AuditOutcome;
  /** Why it was refused. */
  code: string | null;
  subject: string;
  role: string | null;
  credential: string;
  requestId: string | null;
  /** Whose books it is about; null for what is about none, or about one that the caller may not see. */
  registrationId: number | null;
  tenantId: number | null;
  target: string;
  /** JSON. */
  before: string | null;
  after: string | null;
  previousHash: string;
  hash: string;
}

/**
 * The end of the chain: one row, locked by whoever appends, so that two processes cannot both follow the same entry.
 */
export interface AuditHead {
  id: number;
  sequence: number;
  hash: string;
}

/** What a change that is wanted once answered. */
export interface IdempotentAnswer {
  /** Digest of who asked, for which mutation, under which key. */
  requestHash: string;
  inputHash: string;
  /** JSON; empty only inside the transaction that is about to write it. */
  answer: string;
  expiresAt: number;
}

export const TARGET_LENGTH_MAX = 400;
export const SUBJECT_LENGTH_MAX = 200;
export const REQUEST_ID_LENGTH_MAX = 100;

/** The tables of the audit log, its end, and the answers that are kept under an idempotency key. */
export function auditTables(dialect: Dialect) {
  return [
    table<AuditEntry>({
      name: 'audit_entry',
      columns: {
        sequence: integer({ primary: true }),
        at: epochMs(),
        action: ascii(dialect, 60),
        outcome: ascii(dialect, 12),
        code: ascii(dialect, 60, { nullable: true }),
        subject: text(dialect, SUBJECT_LENGTH_MAX),
        role: ascii(dialect, 16, { nullable: true }),
        credential: ascii(dialect, 16),
        requestId: text(dialect, REQUEST_ID_LENGTH_MAX, { nullable: true }),
        // No foreign keys: the log outlives what it tells of, and appending must wait for nobody's lock.
        registrationId: integer({ nullable: true }),
        tenantId: integer({ nullable: true }),
        target: text(dialect, TARGET_LENGTH_MAX),
        before: { ...longText(dialect, { nullable: true }), name: 'before_json' },
        after: { ...longText(dialect, { nullable: true }), name: 'after_json' },
        previousHash: ascii(dialect, 64),
        hash: ascii(dialect, 64),
      },
      index: {
        ix_audit_entry_registration: ['registrationId', 'sequence'],
        ix_audit_entry_action: ['action', 'sequence'],
        ix_audit_entry_subject: ['subject', 'sequence'],
      },
    }),
    table<AuditHead>({
      name: 'audit_head',
      columns: { id: integer({ primary: true }), sequence: integer(), hash: ascii(dialect, 64) },
    }),
    table<IdempotentAnswer>({
      name: 'idempotent_answer',
      columns: {
        requestHash: { ...ascii(dialect, 64), primary: true },
        inputHash: ascii(dialect, 64),
        answer: longText(dialect),
        expiresAt: epochMs(),
      },
      index: { ix_idempotent_answer_expiry: ['expiresAt'] },
    }),
  ];
}
