/** Who asks, and what of the books is theirs: by that the examples are chosen and filled in. */
import {
  FirstRegistrationAndTenantDocument,
  FirstRegistrationDocument,
  FirstTenantDocument,
  WhoDocument,
} from './operations.js';
import type {
  BooksKind,
  FirstRegistrationQuery,
  FirstTenantQuery,
  Role,
  TypedDocumentString,
  WhoQueryVariables,
} from './operations.js';

/** Whom the gateway takes the bearer for, and the first of what it has. */
export interface Caller {
  readonly subject: string;
  readonly role: Role;
  readonly books: BooksKind;
  /** Directory id of its first tenant; null where it has none. */
  readonly tenant: string | null;
  /** Name of the registration of that tenant, else of its first one; null where it has none. */
  readonly registration: string | null;
}

/** The body of an answer. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** An operation of `operations.ts` that takes no variables. */
export type Question<Data> = TypedDocumentString<Data, WhoQueryVariables>;

/** As much of it as a role may ask. */
type Theirs = Partial<FirstRegistrationQuery & FirstTenantQuery>;

/** What each role may ask about what there is. */
const WHAT: Readonly<Record<Role, Question<Theirs>>> = {
  OPERATOR: FirstRegistrationAndTenantDocument,
  CSP_ADMIN: FirstRegistrationAndTenantDocument,
  FINANCE: FirstRegistrationAndTenantDocument,
  AUDITOR: FirstRegistrationAndTenantDocument,
  RESELLER: FirstTenantDocument,
  TENANT_USER: FirstTenantDocument,
  INGESTOR: FirstRegistrationDocument,
};

/**
 * The caller; or why it is not known, as a sentence.
 *
 * @param ask sends an operation to the gateway and answers the parsed body
 */
export async function askCaller(
  ask: <Data>(question: Question<Data>) => Promise<Answer<Data>>,
): Promise<Caller | { readonly refusal: string }> {
  const { data, errors } = await ask(WhoDocument);
  if (data == null) return { refusal: errors?.[0]?.message ?? 'The token was refused.' };
  const { subject, role, books } = data.viewer;
  const { data: theirs } = await ask(WHAT[role]);
  return { subject, role, books, ...firstOf(theirs ?? {}) };
}

function firstOf({ tenants, registrations }: Theirs): Pick<Caller, 'tenant' | 'registration'> {
  const tenant = tenants?.nodes[0];
  const registration = tenant?.registration ?? registrations?.nodes[0];
  return { tenant: tenant?.tenantId ?? null, registration: registration?.name ?? null };
}
