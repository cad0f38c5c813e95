const queries = import.meta.glob('./examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const sides = import.meta.glob('./examples/*.json', { import: 'default', eager: true });

/**
 * The example questions in the order of their file names: `{ title, query, roles, variables }`. The title is the first
 * comment of the file. `roles` are those that may ask all of it; `variables` still stand for the caller's own books and
 * for the day, see `offered-examples.js`.
 */
export const examples = Object.keys(queries)
  .sort()
  .map((path) => ({
    title: titleOf(queries[path]),
    query: queries[path].trimEnd(),
    ...sides[path.replace(/\.graphql$/, '.json')],
  }));

function titleOf(query) {
  return /^\s*#+[ \t]*(.*\S)/.exec(query)?.[1] ?? '';
}
