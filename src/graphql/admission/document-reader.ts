/**
 * Reads the documents of callers: within the limits, parsed and valid. One that was read before is not read again. The
 * others are paid for before each step, also where they are refused, and what is cheap to find out comes first.
 */
import { createHash } from 'node:crypto';
import { GraphQLError, parse, specifiedRules, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql';

import type { CostBuckets } from '../../access/cost-buckets.js';
import type { DocumentStore } from './document-store.js';
import { countTokens } from './document-tokens.js';
import { limitRule, oneOfEachMutationRule } from './document-limits.js';
import { namePlaces } from './literal-places.js';
import type { Limits } from '../../config/limits.js';

/** Documents of callers, by their texts. */
export interface DocumentReader {
  /** Throws RATE_LIMITED, or a RefusedDocument with what is wrong. `caller` is who pays. */
  read(text: string, caller: string): Promise<DocumentNode>;
}

/** A document that is not read, and why: in some errors, the first of which says its code. */
export class RefusedDocument extends AggregateError {
  override readonly name = 'RefusedDocument';
  declare readonly errors: GraphQLError[];
}

/** What is wrong with a document or its variables, under a code of GraphQL's. */
export function refusalOf(errors: readonly GraphQLError[], { code }: { readonly code: string }): RefusedDocument {
  return new RefusedDocument(errors.map((error) => told(error, code)));
}

/** What a document of as many tokens as there may be costs, as a part of what one operation may. */
const WHOLE_DOCUMENT = 1 / 10;
/** Characters that cost a point: looking at each of them is all that is done for it. */
const CHARACTERS_PER_POINT = 100;
/** How many times its price a document costs in all that is refused, as far as the caller has that much. */
const REFUSED_TIMES = 10;
/** What graphql-js ends a message with: names of the schema that were nearly right would map it for whoever guesses. */
const SUGGESTION = ' Did you mean ';

/** Reads documents for one schema, and keeps those that are asked again in `kept`. */
export function createDocumentReader(parts: {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  readonly buckets: CostBuckets;
  readonly kept: DocumentStore;
  readonly isTrusted: (hash: string) => boolean;
  /** Errors of one document that are named. */
  readonly errorsMax: number;
}): DocumentReader {
  const { schema, limits, buckets, kept, isTrusted, errorsMax } = parts;
  const pointsPerToken = (limits.costMax * WHOLE_DOCUMENT) / limits.tokensMax;

  /** What is counted comes first, and stops there: some rules of the language take long on what is made for that. */
  const rulesInTurn: readonly (readonly ValidationRule[])[] = [
    [limitRule(limits), oneOfEachMutationRule],
    specifiedRules,
  ];

  function readAnew(text: string, pay: (points: number) => void): DocumentNode {
    if (text.length > limits.documentLengthMax) {
      throw new GraphQLError(`The document is longer than ${limits.documentLengthMax} characters.`);
    }
    pay(text.length / CHARACTERS_PER_POINT);
    pay(countTokens(text, limits.tokensMax) * pointsPerToken);
    const document = parse(text, { maxTokens: limits.tokensMax });
    for (const rules of rulesInTurn) {
      const errors = validate(schema, document, rules, { maxErrors: errorsMax });
      namePlaces(errors, document);
      if (errors.length > 0) throw refusalOf(errors, { code: 'GRAPHQL_VALIDATION_FAILED' });
    }
    return document;
  }

  return {
    read: async (text, caller) => {
      const hash = hashOf(text);
      const known = await kept.get(hash);
      if (known !== undefined) return known;
      let paid = 0;
      const pay = (points: number) => {
        if (isTrusted(hash)) return;
        buckets.take(caller, Math.ceil(points));
        paid += Math.ceil(points);
      };
      let document: DocumentNode;
      try {
        document = asRefusal(() => readAnew(text, pay));
      } catch (error) {
        const { available } = buckets.take(caller, 0);
        if (error instanceof RefusedDocument) buckets.take(caller, Math.min(available, paid * (REFUSED_TIMES - 1)));
        throw error;
      }
      await kept.set(hash, document);
      return document;
    },
  };
}

/** The SHA-256 of a document, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The errors of graphql-js are of the document; all others are thrown on. */
function asRefusal<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) throw refusalOf([error], { code: 'GRAPHQL_PARSE_FAILED' });
    throw error;
  }
}

function told({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(withoutSuggestion(message), {
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
    extensions: { code, http: { status: 400 } },
  });
}

/** Looked for from the end, and once: messages quote what callers sent, as often as they like. */
function withoutSuggestion(message: string): string {
  const from = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return from === -1 ? message : message.slice(0, from);
}
