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
 * the first comment of the file, or the file's name when it has none. `variables` is JSON, or
 * empty.
 */
export const examples = Object.keys(queries)
  .sort()
  .map((path) => ({
    title: titleOf(path, queries[path]),
    query: queries[path].trimEnd(),
    variables: variables[path.replace(/\.graphql$/, '.json')]?.trimEnd() ?? '',
  }));

function titleOf(path, query) {
  const comment = /^\s*#+[ \t]*(.*\S)/.exec(query);
  return comment?.[1] ?? path.replace(/^.*\/|\.graphql$/g, '');
}
