import type { RecordVerdict, UsageReceipt } from '../pipeline/ingestion/verdict.js';

/**
 * A receipt as one thread hands it to another. Objects are handed over field by field, names included, and most records
 * of a batch are new and were taken as they came: of those it has the ids alone.
 */
export interface PackedReceipt extends Omit<UsageReceipt, 'verdicts'> {
  readonly recordIds: readonly (string | null)[];
  /** The verdicts that say more, in order. */
  readonly others: readonly RecordVerdict[];
}

/** Packs a receipt: nothing of it is lost. */
export function packed({ verdicts, ...rest }: UsageReceipt): PackedReceipt {
  return {
    ...rest,
    recordIds: verdicts.map(({ recordId }) => recordId),
    others: verdicts.filter((verdict) => !isPlain(verdict)),
  };
}

/** The receipt that was packed. */
export function unpacked({ recordIds, others, ...rest }: PackedReceipt): UsageReceipt {
  let next = 0;
  const verdicts = recordIds.map((recordId, index): RecordVerdict => {
    const other = others[next];
    if (other?.index !== index) return plain(index, recordId);
    next += 1;
    return other;
  });
  return { ...rest, verdicts };
}

function plain(index: number, recordId: string | null): RecordVerdict {
  return {
    index,
    verdict: 'ACCEPTED',
    recordId,
    code: null,
    message: null,
    field: null,
    isRounded: false,
    stored: null,
  };
}

function isPlain({ verdict, isRounded }: RecordVerdict): boolean {
  return verdict === 'ACCEPTED' && !isRounded;
}
