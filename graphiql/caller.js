/** Who asks, and what of the books is theirs: by that the examples are chosen and filled in. */

const WHO = '{ viewer { subject role books } }';
const REGISTRATIONS = 'registrations(first: 1) { nodes { name } }';
const TENANTS = 'tenants(first: 1) { nodes { tenantId registration { name } } }';

/** What each role may ask about what there is. */
const WHAT = {
  OPERATOR: `{ ${REGISTRATIONS} ${TENANTS} }`,
  CSP_ADMIN: `{ ${REGISTRATIONS} ${TENANTS} }`,
  FINANCE: `{ ${REGISTRATIONS} ${TENANTS} }`,
  AUDITOR: `{ ${REGISTRATIONS} ${TENANTS} }`,
  RESELLER: `{ ${TENANTS} }`,
  TENANT_USER: `{ ${TENANTS} }`,
  INGESTOR: `{ ${REGISTRATIONS} }`,
};

/**
 * The caller: `{ subject, role, books, tenant, registration }`, with null for what it does not have; or `{ refusal }`, a
 * sentence, where it is not known.
 *
 * @param ask sends `{ query }` to the gateway and answers the parsed body
 */
export async function askCaller(ask) {
  const { data, errors } = await ask({ query: WHO });
  if (!data?.viewer) return { refusal: errors?.[0]?.message ?? 'The token was refused.' };
  const { subject, role, books } = data.viewer;
  const found = await ask({ query: WHAT[role] });
  const [tenant] = found.data?.tenants?.nodes ?? [];
  const [registration] = found.data?.registrations?.nodes ?? [];
  return {
    subject,
    role,
    books,
    tenant: tenant?.tenantId ?? null,
    registration: tenant?.registration.name ?? registration?.name ?? null,
  };
}
