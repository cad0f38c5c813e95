/**
 * Operations that are named instead of sent. The manifest is read once, at start; nothing that a caller sends is ever
 * added to it, and an id is looked up in it and nowhere else.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import type { DocumentMode, RequestRules } from '../config/request-rules.js';
import { DomainError } from '../primitives/errors.js';

/** Which documents callers may have executed. */
export interface TrustedDocuments {
  /**
   * The document that a caller named; null when it sent one itself and may. Throws PERSISTED_DOCUMENT_NOT_FOUND and
   * PERSISTED_DOCUMENT_REQUIRED.
   */
  documentFor(subject: string, asked: { readonly documentId: unknown; readonly query: unknown }): string | null;
  /** Whether a document is one of them, by the SHA-256 of its text in hex. */
  isTrusted(hash: string): boolean;
}

const HEX = /^(?:sha256:)?([0-9a-f]{64})$/;
const ID = /^sha256:[0-9a-f]{64}$/;
const ID_LENGTH = 'sha256:'.length + 64;
const manifest = z.record(z.string().regex(HEX), z.string());

type DocumentRules = Pick<RequestRules, 'documentMode' | 'documentModeOf' | 'documentFile'>;

/** Throws when the manifest cannot be read, or an id is not the hash of its document. */
export function createTrustedDocuments(rules: DocumentRules): TrustedDocuments {
  const documents = rules.documentFile === null ? new Map<string, string>() : readManifest(rules.documentFile);
  return {
    isTrusted: (hash) => documents.has(`sha256:${hash}`),
    documentFor: (subject, asked) =>
      documentFor(documents, rules.documentModeOf.get(subject) ?? rules.documentMode, asked),
  };
}

function documentFor(
  documents: ReadonlyMap<string, string>,
  mode: DocumentMode,
  { documentId, query }: { readonly documentId: unknown; readonly query: unknown },
): string | null {
  const isSent = query != null;
  const isNamed = documentId != null;
  if (mode === 'require' && (isSent || !isNamed)) {
    throw new DomainError(
      'PERSISTED_DOCUMENT_REQUIRED',
      'Name a trusted document by its documentId; documents themselves are not accepted from you.',
    );
  }
  if (!isNamed) return null;
  if (isSent) throw new DomainError('INVALID_INPUT', 'Send a query or a documentId, not both.', ['documentId']);
  const document = mode === 'off' ? undefined : find(documents, documentId);
  if (document !== undefined) return document;
  throw new DomainError('PERSISTED_DOCUMENT_NOT_FOUND', 'No trusted document has this id.');
}

/** Only what looks like an id is looked up: other spellings of it are no ids. */
function find(documents: ReadonlyMap<string, string>, documentId: unknown): string | undefined {
  const isId = typeof documentId === 'string' && documentId.length === ID_LENGTH && ID.test(documentId);
  return isId ? documents.get(documentId) : undefined;
}

function readManifest(file: string): ReadonlyMap<string, string> {
  const read = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file} is no manifest of trusted documents: {"sha256:<hex>": "query …"}.`);
  return new Map(
    Object.entries(read.data).map(([id, document]) => {
      const hash = createHash('sha256').update(document).digest('hex');
      if (HEX.exec(id)?.[1] !== hash) throw new Error(`${file}: ${id} is not the SHA-256 of its document.`);
      return [`sha256:${hash}`, document];
    }),
  );
}
