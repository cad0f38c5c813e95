import { withDates } from './dates.js';

const queries = import.meta.glob('./examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const variables = import.meta.glob('./examples/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/**
 * The example queries in the order of their file names: `{ title, query, variables }`. The title is
 * the first comment of the file, or the file's name when it has none. `variables` is JSON with
 * the dates of today, or empty.
 */
export const examples = Object.keys(queries)
  .sort()
  .map((path) => ({
    title: titleOf(path, queries[path]),
    query: queries[path].trimEnd(),
    variables: withDates(variables[path.replace(/\.graphql$/, '.json')]?.trimEnd() ?? '', Date.now()),
  }));

function titleOf(path, query) {
  const comment = /^\s*#+[ \t]*(.*\S)/.exec(query);
  return comment?.[1] ?? path.replace(/^.*\/|\.graphql$/g, '');
}
