import { registerEnumType } from 'type-graphql';

import { AUDIT_OUTCOMES } from '../../access/audit.entity.js';
import { CREDENTIAL_KINDS, ROLES } from '../../access/principal.js';
import { BOOKS_KINDS } from '../../books/books-kind.js';
import { ONBOARDING_VERDICTS } from '../../onboarding/onboard-tenants.js';
import { ONBOARDING_STEPS } from '../../onboarding/onboarding-line.js';
import { VERDICTS } from '../../pipeline/ingestion/verdict.js';
import { LINE_STATUSES, REPORT_STATES } from '../../pipeline/reporting/report-state.js';
import { ROUTING_REASONS } from '../../pipeline/routing/destination.js';
import { REPORTING_STANDINGS } from '../../reading/explain-usage.js';
import { INVARIANTS } from '../../reading/invariants.js';
import { UNSENT_LEVELS } from '../../reading/reports.js';
import { GRANULARITIES } from '../../reading/usage-spans.js';
import { CLOCKS } from '../../reading/usage-filter.js';
import { GROUPINGS } from '../../reading/usage-summary.js';
import { BASE_OFFERS, BILLING_MODELS } from '../../registration/billing-model.js';
import { REGISTRATION_STATES, WAITING_LEVELS } from '../../registration/registration-state.js';
import { USAGE_INTAKES } from '../../registration/usage-intake.js';

function enumOf<Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): Record<string, Value> {
  const names = Object.keys(values) as Value[];
  const object = Object.fromEntries(names.map((value) => [value, value]));
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType(object, { name, description, valuesConfig });
  return object;
}

/** Gives every member of a list its sentence; a member without one does not compile. */
function sentences<Value extends string>(
  _members: readonly Value[],
  texts: Readonly<Record<Value, string>>,
): Readonly<Record<Value, string>> {
  return texts;
}

export const BooksKindEnum = enumOf(
  'BooksKind',
  'What the books of a gateway are.',
  sentences(BOOKS_KINDS, {
    LIVE: 'Of a provider.',
    DEMO: 'Made up, to explore the gateway with. Nothing in them is ever reported.',
    MIXED: 'Registrations of the demo stand beside others. Nothing is reported until an operator says what they are.',
  }),
);

export const BillingModelEnum = enumOf(
  'BillingModel',
  'How a stamp is licensed, and so what becomes of its usage.',
  sentences(BILLING_MODELS, {
    PAY_AS_YOU_USE: 'Billed by use. Must report; the only model under which tenants can be mapped.',
    CAPACITY: 'A yearly fee. Usage is kept and served, and never reported.',
    DEVELOPMENT: 'A development kit. Usage is reported at price zero, unless switched off.',
    CUSTOM: 'A contract of its own, named by an asset tag.',
    RUGGEDIZED: 'A ruggedised stamp.',
  }),
);

export const UsageIntakeEnum = enumOf(
  'UsageIntake',
  "How a stamp's usage comes in, and so when a reported day of it is over.",
  sentences(USAGE_INTAKES, {
    PUSHED: 'It is sent, and filed when it arrives: a day is over a grace after its end.',
    PULLED: 'It is read from the stamp, hour by hour: a day is over when all of its hours were pulled, and the grace.',
  }),
);

export const BaseOfferEnum = enumOf(
  'BaseOffer',
  'What offer an Azure subscription is of.',
  sentences(BASE_OFFERS, {
    CSP: 'Cloud Solution Provider.',
    CSP_SHARED_SERVICES: "The partner's own CSP subscription, as a base subscription.",
    ENTERPRISE_AGREEMENT: 'Enterprise Agreement.',
    OTHER: 'Anything else.',
  }),
);

export const RegistrationStateEnum = enumOf(
  'RegistrationState',
  'Whether the books of a registration have begun.',
  sentences(REGISTRATION_STATES, {
    SETTING_UP: 'Nothing closes. Mappings without an hour hold from the beginning; a wrong start can be discarded.',
    OPEN: 'Days close when they are over, and are then final.',
  }),
);

export const WaitingLevelEnum = enumOf(
  'WaitingLevel',
  'How urgent it is that the books of a registration are opened.',
  sentences(WAITING_LEVELS, {
    NONE: 'They are open.',
    WAITING: 'They are being set up.',
    WARNING: 'Pay-as-you-use has been set up for a week or longer, and reports nothing meanwhile.',
    ALARM: 'Pay-as-you-use has been set up for 30 days or longer: it must have reported by then.',
  }),
);

export const RoleEnum = enumOf(
  'Role',
  'What a caller is.',
  sentences(ROLES, {
    OPERATOR: 'Runs the gateway: sees everything on its registrations and administers them.',
    CSP_ADMIN: 'Manages tenants, mappings and usage of its registrations.',
    FINANCE: 'Sees usage, where it is billed and what was reported. Changes nothing.',
    RESELLER: 'Sees the usage and destinations of its own tenants.',
    TENANT_USER: "Sees its own tenant's usage, and not where it is billed.",
    AUDITOR: 'Sees everything, changes nothing.',
    INGESTOR: 'Records usage for its registration and sees its verdicts.',
  }),
);

export const VerdictEnum = enumOf(
  'Verdict',
  'What became of a record.',
  sentences(VERDICTS, {
    ACCEPTED: 'It is in the books now.',
    DUPLICATE: 'It was in the books already; counted once. A success.',
    CONFLICT: 'Another record is stored under this id. Nothing changed; the stored one is returned.',
    REJECTED: 'It broke a rule, named by the code, and is in quarantine.',
  }),
);

export const RoutingReasonEnum = enumOf(
  'RoutingReason',
  'Why usage is billed where it is.',
  sentences(ROUTING_REASONS, {
    MAPPED: 'A tenant mapping was in force at the start of the usage hour.',
    TENANT_NOT_MAPPED: 'The tenant had no mapping at that hour, so the base subscription is billed.',
    TENANT_UNKNOWN: 'Nobody has said whose the stack subscription is, so the base subscription is billed.',
  }),
);

export const GranularityEnum = enumOf(
  'Granularity',
  'How long the windows of aggregates are.',
  sentences(GRANULARITIES, {
    HOURLY: 'One UTC hour.',
    DAILY: 'One UTC day. A day in which a mapping changed is one aggregate per destination.',
  }),
);

export const ClockEnum = enumOf(
  'Clock',
  'Which of the two times a range is about.',
  sentences(CLOCKS, {
    REPORTED: 'When usage entered the usage system. A reported window closes once and never changes again.',
    USAGE: 'When it was consumed. Late records may still add to it.',
  }),
);

export const GroupingEnum = enumOf(
  'Grouping',
  'By what usage is added up, besides the meter.',
  sentences(GROUPINGS, {
    REGISTRATION: 'By stamp.',
    TENANT: 'By customer; unknown tenants together.',
    STACK_SUBSCRIPTION: 'By subscription on the stamp.',
    DAY: 'By UTC day of the chosen clock.',
    MONTH: 'By calendar month of the chosen clock.',
    DESTINATION: 'By where it is billed.',
  }),
);

export const InvariantEnum = enumOf(
  'InvariantName',
  'The conservation laws of the books.',
  sentences(INVARIANTS, {
    RECORDS_EQUAL_DAY_TOTALS: 'The records of every usage and reported day add up to its totals.',
    EVERY_TOTAL_NAMES_ITS_MAPPING: 'Every total names the mapping in force at the hours of its records.',
    EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN:
      'Meter, resource, source and batch of every record exist, and so do meter and destination of every total.',
    CLOSED_DAY_TOTALS_EQUAL_MONTH_TOTALS: 'Closed day totals add up to the month totals.',
    FROZEN_AGGREGATES_EQUAL_CLOSED_DAY_TOTALS: 'What closing froze adds up to the totals of the closed days.',
    CLOSED_DAYS_ARE_AS_SEALED: 'Every closed day has the checksum with which it was closed, continuing the day before.',
    EVERY_REPORTED_DAY_IS_ON_ITS_LINES:
      'Of every day in reports, each aggregate is on one line, for its own destination.',
    MAPPINGS_NEVER_OVERLAP: 'No tenant has two mappings at one hour.',
    NO_RECORD_IS_CORRECTED_BELOW_ZERO:
      'Each correction is of a record like itself, and no record is less than zero with all of its corrections.',
  }),
);

export const ReportStateEnum = enumOf(
  'UsageReportState',
  'What became of a report.',
  sentences(REPORT_STATES, {
    PENDING: 'It is sent when its time comes.',
    SENDING: 'A gateway process is sending it, or died over it and another takes over when its lease ends.',
    ACCEPTED: 'The receiver counts every line of it. Final.',
    REFUSED: 'The receiver answered, and rejected some lines. `retryReport` sends it again.',
    GIVEN_UP: 'It is not sent any more. `retryReport` sends it again.',
  }),
);

export const ReportingStandingEnum = enumOf(
  'ReportingStanding',
  'What becomes, or became, of usage on its way to the receiver.',
  sentences(REPORTING_STANDINGS, {
    SETTING_UP: 'The books of its registration are being set up: nothing of it is reported before they are opened.',
    OPEN: 'Its reported day is open.',
    HISTORY: 'Its reported day lies before the first day of the books: it is never reported.',
    NOT_REPORTED: 'Its registration reports nothing.',
    WAITING: 'Its reported day is closed, and goes into a report.',
    REPORTED: 'It is on a line of a report.',
  }),
);

export const LineStatusEnum = enumOf(
  'UsageReportLineStatus',
  'What the receiver said of a line.',
  sentences(LINE_STATUSES, {
    PENDING: 'Nothing yet.',
    ACCEPTED: 'It counts it.',
    DUPLICATE: 'It had it already, and counts it once.',
    REJECTED: 'It does not count it; the code says why.',
  }),
);

export const UnsentLevelEnum = enumOf(
  'UnsentLevel',
  'How urgent it is that closed usage is taken.',
  sentences(UNSENT_LEVELS, {
    NONE: 'Nothing waits.',
    WAITING: 'Something waits, as it does every day.',
    WARNING: 'The oldest waits for a week or longer.',
    ALARM: 'The oldest waits for 30 days or longer: pay-as-you-use must have reported by then.',
  }),
);

export const UsageStatusEnum = enumOf('UsageStatus', 'Whether a row can still change.', {
  PROVISIONAL: 'Its reported window is open.',
  CLOSED: 'Its reported window is closed: quantity and destination are final.',
});

/** How whoever changed something proved who it is; the gateway and its machine need no credential. */
const ACTOR_KINDS = [...CREDENTIAL_KINDS, 'COMMAND_LINE', 'SYSTEM'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export const ActorKindEnum = enumOf(
  'ActorKind',
  'How whoever changed something proved who it is.',
  sentences(ACTOR_KINDS, {
    LOCAL_TOKEN: 'A token that the gateway signed itself.',
    OIDC_TOKEN: 'A token of an OpenID Connect issuer, such as Microsoft Entra ID.',
    API_KEY: 'An API key.',
    COMMAND_LINE: 'At the machine of the gateway.',
    SYSTEM: 'The gateway itself.',
  }),
);

export const AuditOutcomeEnum = enumOf(
  'AuditOutcome',
  'What became of what was to be done.',
  sentences(AUDIT_OUTCOMES, {
    DONE: 'It was done.',
    UNCHANGED: 'It was as asked already.',
    REPLAYED: 'It was done before under the same idempotency key; the first answer was given again.',
    DENIED: 'It was refused, and nothing changed.',
  }),
);

export const OnboardingVerdictEnum = enumOf(
  'OnboardingVerdict',
  'What became of a line of onboarding.',
  sentences(ONBOARDING_VERDICTS, {
    DONE: 'What was left of it was done.',
    PLANNED: 'There is something left of it; a dry run does nothing.',
    UNCHANGED: 'Everything is as it asks already.',
    REFUSED: 'Nothing of it was done.',
  }),
);

export const OnboardingStepEnum = enumOf(
  'OnboardingStep',
  'What a line of onboarding takes.',
  sentences(ONBOARDING_STEPS, {
    REGISTER_TENANT: 'The tenant is registered, as by `registerTenant`.',
    UPDATE_TENANT: 'It is renamed or gets its first reseller, as by `updateTenant`.',
    ADD_CSP_SUBSCRIPTION: 'Its CSP subscription is made known, as by `addCspSubscription`.',
    MAP_TENANT: 'It is mapped, as by `mapTenant`.',
    ASSIGN_STACK_SUBSCRIPTION: 'Stack subscriptions are assigned to it, as by `assignStackSubscription`.',
  }),
);
