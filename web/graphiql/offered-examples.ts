import type { Caller } from './caller.js';
import { withDates } from './dates.js';
import type { Example } from './example-list.js';

/** An example that a caller may ask, with its variables as text. */
export interface OfferedExample extends Pick<Example, 'title' | 'query'> {
  readonly variables: string;
}

type Own = 'tenant' | 'registration';

/** Where variables stand for what the caller has: its first tenant, and the registration of that. */
const OWN = /"own:(tenant|registration)"/g;

/**
 * The examples that a caller may ask: those of its role, filled in with what it has and the days of `now`. What needs a
 * tenant is left out where the caller has none yet.
 */
export function offeredExamples(
  examples: readonly Example[],
  caller: Pick<Caller, 'role' | Own>,
  now: number,
): readonly OfferedExample[] {
  return examples
    .filter(({ roles }) => roles.includes(caller.role))
    .flatMap(({ title, query, variables }) => {
      const text = Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2);
      if ([...text.matchAll(OWN)].some(([, name]) => caller[name as Own] === null)) return [];
      const filled = text.replaceAll(OWN, (_text, name: Own) => JSON.stringify(caller[name]));
      return [{ title, query, variables: withDates(filled, now) }];
    });
}
