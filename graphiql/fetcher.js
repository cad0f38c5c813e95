/**
 * Makes the function that sends GraphiQL's operations to the gateway, with the token when there is
 * one. What is written in the header editor wins over the token.
 */
export function createFetcher(token) {
  return (operation, options) => post(token, operation, options?.headers);
}

/**
 * Posts one operation and answers the parsed body, also of refusals. Throws when the answer is not
 * JSON, as it may be when a proxy answers in the place of the gateway.
 */
export async function post(token, operation, headers = {}) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: mergeHeaders(
      { accept: 'application/json', 'content-type': 'application/json' },
      token ? { authorization: `Bearer ${token}` } : {},
      headers,
    ),
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The gateway answered ${response.status} and no JSON: ${text.slice(0, 200)}`);
  }
}

/** Header names are compared without case; the last of equal names wins. */
function mergeHeaders(...sources) {
  const merged = new Headers();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) merged.set(name, String(value));
  }
  return merged;
}
