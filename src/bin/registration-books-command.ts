import { counted } from './counted.js';
import { ArgumentError } from './exit.js';
import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { App } from '../app.js';
import { findWatermark } from '../collection/watermark-store.js';
import { discardRegistration } from '../pipeline/closing/discard-registration.js';
import { openBooks } from '../pipeline/closing/open-books.js';
import { dayOf, dayText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import { findDestinations } from '../reading/dimensions.js';
import { previewOpenBooks } from '../reading/opening-preview.js';
import type { OpeningPreview } from '../reading/opening-preview.js';
import { updateRegistration } from '../registration/update-registration.js';
import { listMeters } from '../metering/meter-store.js';
import { checkPartnerOfAll } from '../tenancy/add-csp-subscription.js';
import { listStackSubscriptions } from '../tenancy/tenancy-store.js';

/** Prints what opening a registration's books would close. Its last line is the digest alone. */
export async function booksPreviewCommand(name: string): Promise<void> {
  await withBooks(async (app) => {
    const rule = { ...ruleOf(app), now: app.clock.now() };
    const preview = await app.db.inSnapshot((sql) => previewOpenBooks(sql, WHOLE_BOOKS, name, rule));
    for (const line of await linesOf(app, preview)) console.log(line);
    console.log(preview.digest);
  });
}

/** Opens a registration's books as they were looked at. Again with the same digest, it changes nothing. */
export async function booksOpenCommand(
  name: string,
  options: { readonly expect: string; readonly evenIfEmpty?: boolean },
): Promise<void> {
  await withBooks(async (app) => {
    const input = { registration: name, expect: options.expect, evenIfEmpty: options.evenIfEmpty, by: COMMAND_LINE };
    const { name: registration, openedAt } = await openBooks(app, WHOLE_BOOKS, input, ruleOf(app));
    const since = openedAt === null ? '' : ` since ${new Date(openedAt).toISOString()}`;
    console.log(`The books of ${registration} are open${since}. Days that are over close within a minute while`);
    console.log('`usage-gateway serve` runs, or with `usage-gateway close`.');
  });
}

/** Says with which reported day a registration's books begin. */
export async function booksFromCommand(name: string, text: string): Promise<void> {
  const booksFrom = dayNamed(text, 'DAY');
  await withBooks(async (app) => {
    const change = { registration: name, booksFrom, by: COMMAND_LINE };
    const { name: registration } = await updateRegistration(app, WHOLE_BOOKS, change, checkPartnerOfAll);
    console.log(`The books of ${registration} begin on ${dayText(booksFrom)}; days before it are history.`);
  });
}

/** Takes back a registration whose books are set up. */
export async function booksDiscardCommand(name: string): Promise<void> {
  await withBooks(async (app) => {
    const discarded = await discardRegistration(app, WHOLE_BOOKS, { registration: name, by: COMMAND_LINE });
    const { stackSubscriptions, records } = discarded;
    console.log(
      `Discarded registration ${discarded.name} with ${counted(stackSubscriptions, 'stack subscription')} and ${counted(records, 'record')}. Its name and its stamp can be registered again.`,
    );
  });
}

/** A UTC day that a person typed. Throws an ArgumentError that names the option. */
export function dayNamed(text: string, option: string): Day {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(text) : null;
  const hour = instant === null ? null : wholeHour(instant);
  if (hour === null) throw new ArgumentError(`${option} is a UTC day, such as 2026-03-09.`);
  return dayOf(hour);
}

function ruleOf(app: App) {
  return { graceMs: app.config.closing.graceMs, pulledBefore: findWatermark };
}

async function linesOf(app: App, preview: OpeningPreview): Promise<readonly string[]> {
  const { registration, booksFrom, through, days, refusals } = preview;
  const history = days.filter(({ day }) => booksFrom !== null && day < booksFrom);
  const records = (of: typeof days) => of.reduce((sum, one) => sum + one.records, 0);
  const begin = booksFrom === null ? 'on a day that nobody has said yet' : `on ${dayText(booksFrom)}`;
  return [
    `The books of ${registration.name} begin ${begin}. Opening them closes for good:`,
    ...(through === null
      ? ['  nothing yet: no day is over']
      : [
          `  ${counted(days.length, 'reported day')} through ${dayText(through)} with ${counted(records(days), 'record')},`,
          `  of which ${counted(history.length, 'day')} with ${counted(records(history), 'record')} go into no report: history`,
        ]),
    ...(await sumLines(app, preview)),
    ...(await warnings(app, preview)),
    ...refusals.map(({ code, message }) => `Cannot be opened now: ${message} (${code})`),
    'To open them: usage-gateway books open NAME --expect DIGEST, with the digest of the next line.',
  ];
}

async function sumLines({ db }: App, { sums }: OpeningPreview): Promise<readonly string[]> {
  const destinations = await findDestinations(db.reader, WHOLE_BOOKS, [
    ...new Set(sums.map((sum) => sum.destinationId)),
  ]);
  const subscriptionOf = new Map(destinations.map(({ id, ...row }) => [id, row]));
  const ids = [...new Set(sums.map(({ meterId }) => meterId))];
  const meters = await listMeters(db.reader, WHOLE_BOOKS, { ids }, { afterId: 0, limit: ids.length });
  const meterOf = new Map(meters.map(({ id, name, meterGuid }) => [id, name ?? meterGuid]));
  return sums.map(({ isHistory, destinationId, meterId, quantity, records: count }) => {
    const { destinationSubscriptionGuid: guid = '', reason = '' } = subscriptionOf.get(destinationId) ?? {};
    const kind = isHistory ? 'history' : 'books';
    return `  ${kind}  ${guid}  ${reason}  ${meterOf.get(meterId) ?? ''}  ${quantity} in ${counted(count, 'record')}`;
  });
}

async function warnings({ db }: App, { registration, onBase, mixed }: OpeningPreview): Promise<readonly string[]> {
  const page = { afterId: 0, limit: 100_000 };
  const known = await listStackSubscriptions(db.reader, WHOLE_BOOKS, { registrationId: registration.id }, page);
  const guidOf = new Map(known.map(({ id, stackSubscriptionGuid }) => [id, stackSubscriptionGuid]));
  return [
    ...onBase.map(
      ({ stackSubscriptionId, reason, days, records }) =>
        `On the base subscription: ${guidOf.get(stackSubscriptionId)}, ${counted(records, 'record')} of ${counted(days, 'day')} (${reason})`,
    ),
    ...mixed.map(
      ({ stackSubscriptionId, hours, pushedRecords, pulledRecords }) =>
        `Likely counted twice: ${guidOf.get(stackSubscriptionId)}, ${counted(hours, 'hour')} with ${pushedRecords} pushed and ${pulledRecords} pulled records`,
    ),
  ];
}
