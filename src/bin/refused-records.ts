import { counted } from './counted.js';
import type { RejectionCode } from '../pipeline/ingestion/rejection.js';
import type { UsageReceipt } from '../pipeline/ingestion/verdict.js';

/** What to do about records that were refused with a code; in short what docs/errors.md says. */
const NEXT: Readonly<Record<RejectionCode, string>> = {
  NOT_AN_OBJECT: 'Write each record as a JSON object, and ingest the file again.',
  MALFORMED_LINE: 'Write one JSON object on each line, and ingest the file again.',
  MISSING_FIELD: 'Add the field, and ingest the file again.',
  UNKNOWN_FIELD: 'Remove or rename the field, and ingest the file again.',
  WRONG_TYPE: 'Correct the type of the field, and ingest the file again.',
  TOO_LONG: 'Shorten the text, and ingest the file again.',
  INVALID_TEXT: 'Correct the text, and ingest the file again.',
  INVALID_GUID: 'Write the id as a GUID, and ingest the file again.',
  INVALID_TIME: 'Write the time like 2026-01-31T13:00:00Z, and ingest the file again.',
  WINDOW_NOT_ONE_HOUR: 'Split the usage by hours, and ingest the file again.',
  WINDOW_NOT_ALIGNED: 'Start each usage window on a whole UTC hour, and ingest the file again.',
  WINDOW_IN_FUTURE: "Check the sender's clock and --reported-hour, and ingest the file again.",
  WINDOW_TOO_OLD: 'Check the year, and ingest the file again.',
  INVALID_QUANTITY: 'Write the quantity as a decimal number, and ingest the file again.',
  QUANTITY_TOO_LARGE: 'Check the unit of the quantity, and ingest the file again.',
  NEGATIVE_QUANTITY: 'Name the record that it corrects, and ingest the file again.',
  CORRECTS_ITSELF: 'Give the correction an id of its own, and ingest the file again.',
  CORRECTED_RECORD_UNKNOWN:
    'Nothing, where the record is still to come: they wait in quarantine, and are taken in with it. Else correct `corrects` and `source`.',
  CORRECTION_DIFFERS:
    'Give the correction the subscription, meter, resource and usage hour of its record, and ingest the file again.',
  CORRECTION_OF_CORRECTION: 'Name the record itself in `corrects`, and ingest the file again.',
  CORRECTION_BELOW_ZERO: 'Send at most what its record and its corrections come to, and ingest the file again.',
  CORRECTED_RECORD_IS_HISTORY:
    'Nothing is to be done here: usage before the first day of the books is in no report. It can be corrected only while the books are set up.',
  WINDOW_CLOSED:
    'They are in quarantine. The mutation replayQuarantined takes them in under the current day: see "Quarantine" in docs/operations.md.',
  RECORD_CONFLICT:
    'What is in the books stays. Where the new record is right, send the difference as a correction: see docs/errors.md.',
  RECORD_ID_TAKEN: 'Another sender has a record under this id: give them ids or a source of their own.',
  TOO_MANY_UNKNOWN_METERS:
    'Check the meters. Where they are right, describe them with upsertMeter or raise UNKNOWN_METERS_MAX, and ingest the file again.',
  SOURCE_NOT_GRANTED: 'Use a source that the credential names, or a credential that names the source.',
};

/** Of a group, so many are named. */
const NAMED_MAX = 3;

interface Group {
  readonly verdict: string;
  readonly code: string;
  readonly message: string;
  readonly named: string[];
  count: number;
}

/** Records of a file that were refused, in groups of one reason: a file that is wrong is wrong in every line. */
export interface RefusedRecords {
  /** `start` is how many records of the file came before the batch. */
  add(receipt: Pick<UsageReceipt, 'verdicts'>, start: number): void;
  /** The groups as lines to print, each with the first records, and with what to do next. */
  lines(): readonly string[];
}

/** Empty groups, to which the receipts of a file are added. `lineNumbers`: of a file with a record on each line. */
export function collectRefused(lineNumbers: readonly number[] | null): RefusedRecords {
  const groups = new Map<string, Group>();
  return {
    add: ({ verdicts }, start) => {
      for (const { index, verdict, recordId, code, message } of verdicts) {
        if (verdict !== 'CONFLICT' && verdict !== 'REJECTED') continue;
        const group = groups.get(`${verdict} ${code}`) ?? {
          ...{ verdict, code: code ?? '', message: message ?? '' },
          ...{ named: [], count: 0 },
        };
        groups.set(`${verdict} ${code}`, group);
        group.count += 1;
        if (group.count <= NAMED_MAX) {
          const place = lineNumbers?.[start + index] ?? start + index;
          group.named.push(`${place}${recordId === null ? '' : ` (${recordId})`}`);
        }
      }
    },
    lines: () =>
      [...groups.values()].flatMap((group) =>
        linesOf(group, lineNumbers === null ? 'Record of the file, from 0' : 'Line of the file'),
      ),
  };
}

function linesOf({ verdict, code, message, named, count }: Group, places: string): readonly string[] {
  const more = count - named.length;
  const others = more === 0 ? '' : ` and ${more} more; --verdicts lists each`;
  const next = NEXT[code as RejectionCode] as string | undefined;
  return [
    `${counted(count, 'record')} ${verdict} ${code}: ${message}`,
    `  ${places}: ${named.join(', ')}${others}.`,
    ...(next === undefined ? [] : [`  ${next}`]),
  ];
}
