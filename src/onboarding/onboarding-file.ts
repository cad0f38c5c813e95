/** Customers as a spreadsheet exports them: CSV with a header row, in UTF-8. */
import { CsvError, parse } from 'csv-parse/sync';

import type { OnboardingLine } from './onboarding-line.js';
import { editDistance } from '../primitives/edit-distance.js';
import { DomainError } from '../primitives/errors.js';

/** The columns by their names in the header row, which may be in any order; all but the first may be left out. */
const COLUMNS = {
  tenant: 'tenantId',
  name: 'name',
  reseller: 'reseller',
  'csp subscription': 'cspSubscriptionId',
  'stack subscriptions': 'stackSubscriptionIds',
  'effective from': 'effectiveFrom',
} as const satisfies Readonly<Record<string, keyof OnboardingLine>>;
type Column = keyof typeof COLUMNS;

const NAMES = Object.keys(COLUMNS) as Column[];
/** Excel writes the list separator of the country: a semicolon where numbers have commas. */
const DELIMITERS = [';', '\t', ','];
/** Of a name that stands for nothing, in a message. */
const NAME_LENGTH_SHOWN = 90;
/** Stack subscriptions within their cell. */
const BETWEEN_GUIDS = /[\s,;|]+/;

/** A line of the file, with its number as an editor shows it. */
export interface FileLine {
  readonly number: number;
  readonly line: OnboardingLine;
}

/** What `csv-parse` answers for a record with `info`. */
interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a file of customers. Rows whose cells are all empty are passed over. Throws MALFORMED_BODY for what is no CSV
 * in UTF-8, and INVALID_INPUT for columns that do not fit: then nothing of the file is used.
 */
export function readOnboardingFile(bytes: Uint8Array): readonly FileLine[] {
  const text = textOf(bytes);
  const rows = rowsOf(text);
  const [header, ...rest] = rows;
  if (header === undefined) throw new DomainError('INVALID_INPUT', `The file is empty. ${expected()}`);
  const columns = columnsOf(header.record);
  return rest.map(({ record, info }) => {
    if (record.slice(columns.length).some((cell) => cell !== '')) {
      throw new DomainError(
        'INVALID_INPUT',
        `Line ${info.lines} has ${record.length} cells, and the header names ${columns.length} columns. A value that holds the separator stands in quotes.`,
      );
    }
    return { number: info.lines, line: lineOf(columns, record) };
  });
}

/** What a column is called, for messages about a field of its line. */
export function columnNamed(field: string): string {
  return NAMES.find((name) => COLUMNS[name] === field) ?? field;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DomainError('MALFORMED_BODY', 'The file is not in UTF-8. In Excel, save it as "CSV UTF-8".');
  }
}

function rowsOf(text: string): readonly Row[] {
  try {
    const rows = parse(text, {
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as readonly Row[];
    return rows;
  } catch (error) {
    if (error instanceof CsvError) throw new DomainError('MALFORMED_BODY', `The file is no CSV: ${error.message}.`);
    throw error;
  }
}

/** No name of a column holds one, so the header row shows it. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/\r\n|\n|\r/, 1);
  return DELIMITERS.find((delimiter) => header.includes(delimiter)) ?? ',';
}

function columnsOf(header: readonly string[]): readonly Column[] {
  const columns = header.map((given) => {
    const column = NAMES.find((name) => keyOf(name) === keyOf(given));
    if (column !== undefined) return column;
    const shown = given.slice(0, NAME_LENGTH_SHOWN);
    throw new DomainError(
      'INVALID_INPUT',
      `There is no column "${shown}": did you mean "${nearest(shown)}"? ${expected()}`,
    );
  });
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new DomainError('INVALID_INPUT', `The column "${twice}" stands in the header twice.`);
  if (!columns.includes('tenant')) {
    throw new DomainError('INVALID_INPUT', `The column "tenant" is missing. ${expected()}`);
  }
  return columns;
}

function expected(): string {
  return `The first row names the columns: ${NAMES.join(', ')}.`;
}

/** "CSP subscription", "csp_subscription" and "cspSubscription" are one column. */
function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

function nearest(given: string): Column {
  const far = (name: string) => editDistance(keyOf(given), keyOf(name));
  return NAMES.reduce((best, name) => (far(name) < far(best) ? name : best));
}

function lineOf(columns: readonly Column[], record: readonly string[]): OnboardingLine {
  const cell = (column: Column) => record[columns.indexOf(column)] ?? '';
  return {
    tenantId: cell('tenant'),
    name: cell('name'),
    reseller: cell('reseller'),
    cspSubscriptionId: cell('csp subscription'),
    stackSubscriptionIds: cell('stack subscriptions')
      .split(BETWEEN_GUIDS)
      .filter((guid) => guid !== ''),
    effectiveFrom: cell('effective from'),
  };
}
