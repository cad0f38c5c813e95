/**
 * What one line of onboarding asks for, whether it may be, and what is left to do: rules alone, without a database.
 * Onboarding adds. It takes nothing away that was decided before: a line that would is refused, and told which act
 * does.
 */
import type { ErrorCode } from '../primitives/errors.js';
import { DomainError } from '../primitives/errors.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';
import { hourOf, hourText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import type { Registration } from '../registration/registration.entity.js';
import { checkCspSubscription, checkSameTenant } from '../tenancy/csp-rules.js';
import type { MappingHistoryRow } from '../tenancy/tenancy-store.js';
import type { CspSubscription, Reseller, StackSubscription, Tenant } from '../tenancy/tenancy.entity.js';

/** One customer as it was given, everything as text. What is left out or empty is not asked for. */
export interface OnboardingLine {
  /** GUID of the directory. */
  readonly tenantId: string;
  readonly name?: string | undefined;
  /** Name of a reseller that is known. */
  readonly reseller?: string | undefined;
  readonly cspSubscriptionId?: string | undefined;
  readonly stackSubscriptionIds?: readonly string[] | undefined;
  /** A whole UTC hour, or a UTC day, from which the CSP subscription is billed. */
  readonly effectiveFrom?: string | undefined;
}

/** The same, read and found sound in itself. Null: not asked for. */
export interface SoundLine {
  readonly tenantGuid: string;
  readonly name: string | null;
  readonly reseller: string | null;
  readonly cspSubscriptionGuid: string | null;
  readonly stackSubscriptionGuids: readonly string[];
  readonly effectiveFrom: Hour | null;
}

/** Why a line is refused; `field` is the path within the line, empty where it is none in particular. */
export interface LineProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: readonly string[];
}

/** A line that is sound, or every problem of its own that was found. */
export type CheckedLine =
  { readonly ok: true; readonly line: SoundLine } | { readonly ok: false; readonly problems: readonly LineProblem[] };

/** What there is already of what a line names. */
export interface KnownOfLine {
  readonly registration: Registration;
  readonly tenant: Tenant | null;
  /** The reseller that the line names. */
  readonly reseller: Reseller | null;
  readonly cspSubscription: CspSubscription | null;
  readonly stackSubscriptions: readonly StackSubscription[];
  /** Steps of the tenant's billing history that hold. */
  readonly steps: readonly Pick<MappingHistoryRow, 'cspSubscriptionId' | 'effectiveFrom'>[];
  /** From when a mapping holds for which the line says nothing. */
  readonly standardFrom: Hour;
}

/** What a line takes, by the names of the mutations that do the same. */
export const ONBOARDING_STEPS = [
  'REGISTER_TENANT',
  'UPDATE_TENANT',
  'ADD_CSP_SUBSCRIPTION',
  'MAP_TENANT',
  'ASSIGN_STACK_SUBSCRIPTION',
] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

/** What is left to do for a line. */
export interface OnboardingPlan {
  /** In the order in which they are done, each once. Empty: everything is so already. */
  readonly steps: readonly OnboardingStep[];
  /** Stack subscriptions that are not the tenant's yet. */
  readonly toAssign: readonly string[];
}

/** Stack subscriptions of one line; a customer with more of them has several calls. */
export const STACK_SUBSCRIPTIONS_PER_LINE_MAX = 200;

/**
 * Reads each line, and looks for what several of them name: one tenant has one line, and a subscription is one
 * tenant's. All lines that name the same are refused: which of them is right, a person knows. `nameOfLine` says how
 * messages call the line at an index.
 */
export function checkLines(
  lines: readonly OnboardingLine[],
  nameOfLine: (index: number) => string,
): readonly CheckedLine[] {
  const read = lines.map(readLine);
  const mentioned = firstMentions(read);
  return read.map(({ line, problems }, index) => {
    const all = [
      ...problems,
      ...mentionsOf(line).flatMap((mention) => {
        const other = otherLineOf(mention, index, mentioned);
        return other === null ? [] : [duplicate(mention, nameOfLine(other))];
      }),
    ];
    return all.length === 0 ? { ok: true, line } : { ok: false, problems: all };
  });
}

/** What is left to do for a line beside what there is. Throws a DomainError whose field is the path within the line. */
export function planOf(line: SoundLine, known: KnownOfLine): OnboardingPlan {
  const { tenant, cspSubscription } = known;
  if (tenant === null && line.name === null) {
    throw new DomainError('INVALID_INPUT', 'A tenant that is not known yet needs a name.', ['name']);
  }
  if (cspSubscription !== null) {
    checkCspSubscription(known.registration, cspSubscription);
    checkSameTenant({ id: tenant?.id ?? 0 }, cspSubscription);
  }
  const toAssign = unassigned(line, known);
  const mapping = line.cspSubscriptionGuid === null ? [] : mappingSteps(line, known);
  return {
    steps: [
      ...tenantSteps(line, known),
      ...mapping,
      ...(toAssign.length > 0 ? (['ASSIGN_STACK_SUBSCRIPTION'] as const) : []),
    ],
    toAssign,
  };
}

function tenantSteps(line: SoundLine, known: KnownOfLine): readonly OnboardingStep[] {
  const { tenant } = known;
  const isOtherReseller = changesReseller(line, known);
  if (tenant === null) return ['REGISTER_TENANT'];
  return isOtherReseller || (line.name ?? tenant.name) !== tenant.name ? ['UPDATE_TENANT'] : [];
}

function mappingSteps(line: SoundLine, known: KnownOfLine): readonly OnboardingStep[] {
  return [
    ...(known.cspSubscription === null ? (['ADD_CSP_SUBSCRIPTION'] as const) : []),
    ...(mustBeMapped(line, known) ? (['MAP_TENANT'] as const) : []),
  ];
}

/** The refusal of a line as a problem of it. */
export function problemOf({ code, message, field }: DomainError): LineProblem {
  return { code, message, field };
}

interface ReadLine {
  readonly line: SoundLine;
  readonly problems: readonly LineProblem[];
}

/** Every problem of a line is told at once: who mends a file mends it once. */
function readLine(given: OnboardingLine): ReadLine {
  const problems: LineProblem[] = [];
  const attempt = <Value>(read: () => Value, otherwise: Value): Value => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      problems.push(problemOf(error));
      return otherwise;
    }
  };
  const text = (value: string | undefined) => (value === undefined || value.trim() === '' ? null : value.trim());
  const name = text(given.name);
  const cspSubscriptionId = text(given.cspSubscriptionId);
  const effectiveFrom = text(given.effectiveFrom);
  const line: SoundLine = {
    tenantGuid: attempt(() => guidIn(given.tenantId.trim(), ['tenantId'], 'A tenant id'), ''),
    name: name === null ? null : attempt(() => givenName(name), null),
    reseller: text(given.reseller),
    cspSubscriptionGuid:
      cspSubscriptionId === null ? null : attempt(() => cspSubscriptionGuidIn(cspSubscriptionId), null),
    stackSubscriptionGuids: attempt(() => stackSubscriptionGuidsIn(given.stackSubscriptionIds ?? []), []),
    effectiveFrom: effectiveFrom === null ? null : attempt(() => hourIn(effectiveFrom), null),
  };
  if (effectiveFrom !== null && cspSubscriptionId === null) {
    const message = 'effectiveFrom says from when a CSP subscription is billed, and the line names none.';
    problems.push({ code: 'INVALID_INPUT', message, field: ['effectiveFrom'] });
  }
  return { line, problems };
}

function guidIn(text: string, field: readonly string[], what: string): string {
  const guid = canonicalGuid(text);
  if (guid !== null) return guid;
  throw new DomainError('INVALID_INPUT', `${what} is a GUID, and "${text.slice(0, 90)}" is none.`, field);
}

function cspSubscriptionGuidIn(text: string): string {
  const guid = canonicalGuid(text);
  if (guid !== null) return guid;
  const message = `"${text.slice(0, 90)}" is no Azure subscription id.`;
  throw new DomainError('InvalidCustomerSubscriptionId', message, ['cspSubscriptionId']);
}

/** Named twice in a line, a subscription is the same one. */
function stackSubscriptionGuidsIn(texts: readonly string[]): readonly string[] {
  const field = 'stackSubscriptionIds';
  if (texts.length > STACK_SUBSCRIPTIONS_PER_LINE_MAX) {
    const message = `A line names at most ${STACK_SUBSCRIPTIONS_PER_LINE_MAX} stack subscriptions.`;
    throw new DomainError('INVALID_INPUT', message, [field]);
  }
  const guids = texts.map((text, index) => guidIn(text.trim(), [field, String(index)], 'A stack subscription id'));
  return [...new Set(guids)];
}

function hourIn(text: string): Hour {
  const instant = parseInstant(text);
  const field = ['effectiveFrom'];
  if (instant === null) {
    const message = `effectiveFrom is a UTC day or hour such as 2026-03-01 or 2026-03-01T13:00:00Z, and "${text.slice(0, 90)}" is none.`;
    throw new DomainError('INVALID_INPUT', message, field);
  }
  const hour = wholeHour(instant);
  if (hour !== null) return hour;
  const before = hourOf(instant);
  const message = `A mapping starts on a whole UTC hour: ${hourText(before)} or ${hourText(before + 1)}.`;
  throw new DomainError('MISALIGNED_TIME', message, field);
}

/** Something that only one line may name. */
interface Mention {
  readonly what: 'tenant' | 'CSP subscription' | 'stack subscription';
  readonly guid: string;
  readonly field: readonly string[];
}

function mentionsOf(line: SoundLine): readonly Mention[] {
  const { tenantGuid, cspSubscriptionGuid, stackSubscriptionGuids } = line;
  return [
    ...(tenantGuid === '' ? [] : [{ what: 'tenant', guid: tenantGuid, field: ['tenantId'] } as const]),
    ...(cspSubscriptionGuid === null
      ? []
      : [{ what: 'CSP subscription', guid: cspSubscriptionGuid, field: ['cspSubscriptionId'] } as const]),
    ...stackSubscriptionGuids.map(
      (guid) => ({ what: 'stack subscription', guid, field: ['stackSubscriptionIds'] }) as const,
    ),
  ];
}

/** By what is named: the first line that names it, and the second where there is one. */
type Mentions = ReadonlyMap<string, readonly [first: number, second?: number]>;

function firstMentions(lines: readonly ReadLine[]): Mentions {
  const mentions = new Map<string, readonly [number, number?]>();
  lines.forEach(({ line }, index) => {
    for (const { what, guid } of mentionsOf(line)) {
      const key = `${what} ${guid}`;
      const known = mentions.get(key);
      if (known === undefined) mentions.set(key, [index]);
      else if (known.length === 1) mentions.set(key, [known[0], index]);
    }
  });
  return mentions;
}

/** Another line that names the same; null where there is none. */
function otherLineOf({ what, guid }: Mention, index: number, mentions: Mentions): number | null {
  const [first = index, second] = mentions.get(`${what} ${guid}`) ?? [];
  return first === index ? (second ?? null) : first;
}

function duplicate({ what, guid, field }: Mention, otherLine: string): LineProblem {
  return {
    code: 'DUPLICATE_LINE',
    message: `The ${what} ${guid} stands in ${otherLine} as well: name it once.`,
    field,
  };
}

/** Whether the tenant gets its first reseller. Throws where it has another. */
function changesReseller({ reseller: name }: SoundLine, { tenant, reseller }: KnownOfLine): boolean {
  if (name === null) return false;
  if (reseller === null) {
    throw new DomainError('RESELLER_NOT_FOUND', 'There is no reseller of this name.', ['reseller']);
  }
  if (tenant === null || tenant.resellerId === reseller.id) return false;
  if (tenant.resellerId === null) return true;
  throw new DomainError(
    'ONBOARDING_CONFLICT',
    'The tenant belongs to another reseller. Give it to this one with updateTenant.',
    ['reseller'],
  );
}

/** Whether the mapping is not as asked yet. Throws where the tenant is billed elsewhere at that time or later. */
function mustBeMapped({ effectiveFrom }: SoundLine, { cspSubscription, steps, standardFrom }: KnownOfLine): boolean {
  const from = effectiveFrom ?? standardFrom;
  // One that is only to be added is in no step yet.
  const wanted = cspSubscription?.id ?? 0;
  const inOrder = [...steps].sort((left, right) => left.effectiveFrom - right.effectiveFrom);
  const inForce = inOrder.filter((step) => step.effectiveFrom <= from).at(-1)?.cspSubscriptionId ?? null;
  const later = inOrder.filter((step) => step.effectiveFrom > from);
  const isElsewhere = [...(inForce === null ? [] : [inForce]), ...later.map((step) => step.cspSubscriptionId)].some(
    (id) => id !== wanted,
  );
  if (isElsewhere) {
    throw new DomainError(
      'ONBOARDING_CONFLICT',
      `From ${hourText(from)} on or later, the tenant's usage is billed elsewhere by a mapping. Change it with mapTenant.`,
      ['cspSubscriptionId'],
    );
  }
  return inForce === null;
}

/** The stack subscriptions that are nobody's yet. Throws for one that is another tenant's: its usage would go along. */
function unassigned(line: SoundLine, { tenant, stackSubscriptions }: KnownOfLine): readonly string[] {
  const ownerOf = new Map(stackSubscriptions.map((row) => [row.stackSubscriptionGuid, row.tenantId]));
  const taken = line.stackSubscriptionGuids.find((guid) => {
    const owner = ownerOf.get(guid) ?? null;
    return owner !== null && owner !== tenant?.id;
  });
  if (taken !== undefined) {
    throw new DomainError(
      'ONBOARDING_CONFLICT',
      `The stack subscription ${taken} belongs to another tenant. Give it to this one with assignStackSubscription.`,
      ['stackSubscriptionIds'],
    );
  }
  return line.stackSubscriptionGuids.filter((guid) => (ownerOf.get(guid) ?? null) === null);
}
