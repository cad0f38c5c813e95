/** What is asked of every contestant, in the words of the schema. The bare handler knows them by name alone. */
import { MONTH, tenantGuid } from './reading-books.js';
import { REGISTRATION } from './gateway-books.js';
import { firstDayOf, firstHourOf, hourText } from '../src/primitives/windows.js';

/** A question, and how much its answer holds. */
export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const FIRST_HOUR = firstHourOf(firstDayOf(MONTH));
const WHOLE_MONTH = { from: hourText(FIRST_HOUR), to: hourText(firstHourOf(firstDayOf(MONTH + 1))) };
/** Noon of the 25th: a day that is still open. */
export const PAGE_HOUR = FIRST_HOUR + 24 * 24 + 12;
/** A tenant in the middle. */
export const ASKED_TENANT = tenantGuid(10);

export const ROW = `nodes { id quantity records usageWindow { start end } reportedWindow { start }
  meter { meterId name unit } tenant { name } destination { destinationSubscriptionId reason } }`;

export const QUESTIONS = {
  page: {
    query: `query Page($range: TimeRangeInput!) { usageAggregates(first: 1000, range: $range) { ${ROW} } }`,
    variables: { range: { from: hourText(PAGE_HOUR), to: hourText(PAGE_HOUR + 1) } },
  },
  small: {
    query: `query Small($registration: String!, $tenantId: UUID!) {
      tenant(registration: $registration, tenantId: $tenantId) { id tenantId name createdAt createdBy } }`,
    variables: { registration: REGISTRATION, tenantId: ASKED_TENANT },
  },
  'tenant by meter and day': {
    query: `query TenantMonth($range: TimeRangeInput!, $tenantId: UUID!) {
      usageSummary(first: 1000, clock: USAGE, range: $range, filter: { tenantIds: [$tenantId] }, groupBy: [DAY]) {
        nodes { day quantity records meter { meterId name unit } } } }`,
    variables: { range: WHOLE_MONTH, tenantId: ASKED_TENANT },
  },
  'all tenants by meter': {
    query: `query AllTenants($range: TimeRangeInput!) {
      usageSummary(first: 1000, clock: USAGE, range: $range, groupBy: [TENANT]) {
        nodes { tenant { tenantId name } quantity records meter { meterId name unit } } } }`,
    variables: { range: WHOLE_MONTH },
  },
  'per CSP subscription': {
    query: `query PerDestination($range: TimeRangeInput!) {
      usageSummary(first: 1000, clock: USAGE, range: $range, groupBy: [DESTINATION]) {
        nodes { destination { destinationSubscriptionId reason } quantity records meter { meterId name unit } } } }`,
    variables: { range: WHOLE_MONTH },
  },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionName = keyof typeof QUESTIONS;
/** How many rows an answer must have; the small question has one object. */
export const ROWS_EXPECTED: Readonly<Record<QuestionName, number>> = {
  page: 1_000,
  small: 1,
  'tenant by meter and day': 600,
  'all tenants by meter': 400,
  'per CSP subscription': 380,
};

/** The rows of the answer's one root field; one for an object. */
export function rowsIn(data: unknown): number {
  const [root] = Object.values((data ?? {}) as Readonly<Record<string, { readonly nodes?: readonly unknown[] }>>);
  return root?.nodes?.length ?? (root === undefined ? 0 : 1);
}
