import { withDates } from './dates.js';

/** Where variables stand for what the caller has: its first tenant, and the registration of that. */
const OWN = /"own:(tenant|registration)"/g;

/**
 * The examples that a caller may ask, with the variables as text: those of its role, filled in with what it has and the
 * days of `now`. What needs a tenant is left out where the caller has none yet.
 *
 * @param caller `{ role, tenant, registration }`; the last two are null where there is none
 */
export function offeredExamples(examples, caller, now) {
  return examples
    .filter(({ roles }) => roles.includes(caller.role))
    .flatMap(({ title, query, variables }) => {
      const text = Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2);
      if ([...text.matchAll(OWN)].some(([, name]) => caller[name] === null)) return [];
      const filled = text.replaceAll(OWN, (_text, name) => JSON.stringify(caller[name]));
      return [{ title, query, variables: withDates(filled, now) }];
    });
}
