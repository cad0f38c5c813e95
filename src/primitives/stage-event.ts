/**
 * What a stage has just done, told to whoever counts it: plain numbers, and names of a fixed set. No customer and no
 * registration is named.
 */
export type StageEvent =
  | {
      readonly stage: 'ingestion';
      readonly outcome: 'COMMITTED' | 'FAILED';
      readonly seconds: number;
      /** Records by their verdict, and those that were refused by the code of the reason. */
      readonly verdicts: Readonly<Record<string, number>>;
      readonly codes: Readonly<Record<string, number>>;
    }
  /** A body of `POST /v1/usage` that was let in. */
  | { readonly stage: 'push'; readonly bytes: number }
  /** A reported hour that was pulled, or that had changed on its stamp when it was read again. */
  | { readonly stage: 'collection'; readonly outcome: 'PULLED' | 'CHANGED' }
  | { readonly stage: 'collection'; readonly outcome: 'FAILED'; readonly what: string; readonly kind: string }
  | { readonly stage: 'closing'; readonly outcome: 'CLOSED' | 'FAILED'; readonly seconds: number }
  | {
      readonly stage: 'reporting';
      /** LOST: another process had taken the report over. */
      readonly outcome: 'ACCEPTED' | 'REFUSED' | 'PENDING' | 'GIVEN_UP' | 'LOST';
      readonly seconds: number;
      /** Why it was not answered; null when it was. */
      readonly code: string | null;
      /** Lines by what the receiver said of them. */
      readonly lines: Readonly<Record<string, number>>;
    }
  /** A page of usage aggregates whose windows are all closed: from memory, or from the tables. */
  | { readonly stage: 'reading'; readonly api: 'graphql'; readonly outcome: 'KEPT' | 'READ' }
  /** A page of the usage APIs: the caller has it already, it was sent with an entity tag, or without one. */
  | { readonly stage: 'reading'; readonly api: 'usage'; readonly outcome: 'NOT_MODIFIED' | 'TAGGED' | 'UNTAGGED' };

/** Who is told. It only counts: it answers nothing and never fails. */
export type OnStage = (event: StageEvent) => void;

/** How often each name comes in a list. */
export function tally(names: Iterable<string>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
