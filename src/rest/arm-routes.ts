/** The paths that are served in Azure's language. */
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import {
  customerSubscription,
  listCustomerSubscriptions,
  putCustomerSubscription,
  removeCustomerSubscription,
} from './customer-subscriptions-api.js';
import { listOperations } from './operations-api.js';
import {
  deleteRegistration,
  oneRegistration,
  patchRegistration,
  putRegistration,
  registrationsOf,
} from './registration-api.js';
import { providerUsage, tenantUsage } from './usage-api.js';
import { userSubscriptions } from './user-subscriptions-api.js';

export const ARM_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'] as const;
export type ArmMethod = (typeof ARM_METHODS)[number];
type Act = (request: ArmRequest) => Promise<ArmAnswer>;
type Acts = Partial<Readonly<Record<ArmMethod, Act>>>;

/** An address, and what is done there by each method. */
export interface ArmRoute {
  /** As the documents write it; `{name}` stands for one segment. Compared without case. */
  readonly path: string;
  readonly acts: Acts;
}

const REGISTRATIONS =
  '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.AzureStack/registrations';

export const ARM_ROUTES: readonly ArmRoute[] = [
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Commerce.Admin/subscriberUsageAggregates',
    acts: { GET: providerUsage },
  },
  // The path before 2018, which old tools still use.
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Commerce/subscriberUsageAggregates',
    acts: { GET: providerUsage },
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Commerce/usageAggregates',
    acts: { GET: tenantUsage },
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Subscriptions.Admin/subscriptions',
    acts: { GET: userSubscriptions },
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.AzureStack/registrations',
    acts: { GET: registrationsOf },
  },
  { path: REGISTRATIONS, acts: { GET: registrationsOf } },
  {
    path: `${REGISTRATIONS}/{registration}`,
    acts: { GET: oneRegistration, PUT: putRegistration, PATCH: patchRegistration, DELETE: deleteRegistration },
  },
  {
    path: `${REGISTRATIONS}/{registration}/customerSubscriptions`,
    acts: { GET: listCustomerSubscriptions },
  },
  {
    path: `${REGISTRATIONS}/{registration}/customerSubscriptions/{customerSubscription}`,
    acts: { GET: customerSubscription, PUT: putCustomerSubscription, DELETE: removeCustomerSubscription },
  },
  { path: '/providers/Microsoft.AzureStack/operations', acts: { GET: listOperations } },
];

/** Calls of Azure's clients that are known and not served, and why. */
interface UnservedCall {
  readonly path: string;
  readonly methods: readonly ArmMethod[];
  readonly why: string;
}

const LINKED = 'providers/Microsoft.AzureStack/linkedSubscriptions';
const NO_PRODUCTS = 'The gateway keeps books of usage. It has no marketplace products: ask Azure for them.';
const NO_LINKS = 'The gateway knows no linked subscriptions: ask Azure for them.';
const NO_MANIFEST = 'The gateway has no cloud manifest: ask Azure for it.';

export const UNSERVED_CALLS: readonly UnservedCall[] = [
  {
    path: `${REGISTRATIONS}/{registration}/getActivationKey`,
    methods: ['POST'],
    why: 'The gateway does not register stamps with Azure, so it has no activation key: ask Azure for it.',
  },
  {
    path: `${REGISTRATIONS}/{registration}/enableRemoteManagement`,
    methods: ['POST'],
    why: 'The gateway does not manage stamps: ask Azure for it.',
  },
  { path: `${REGISTRATIONS}/{registration}/products`, methods: ['GET'], why: NO_PRODUCTS },
  { path: `${REGISTRATIONS}/{registration}/products/{product}`, methods: ['GET'], why: NO_PRODUCTS },
  ...['listDetails', 'getProducts', 'getProduct', 'uploadProductLog'].map((action) => ({
    path: `${REGISTRATIONS}/{registration}/products/{product}/${action}`,
    methods: ['POST'] as const,
    why: NO_PRODUCTS,
  })),
  { path: `/subscriptions/{subscription}/${LINKED}`, methods: ['GET'], why: NO_LINKS },
  {
    path: `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/${LINKED}`,
    methods: ['GET'],
    why: NO_LINKS,
  },
  {
    path: `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/${LINKED}/{linked}`,
    methods: ['GET', 'PUT', 'PATCH', 'DELETE'],
    why: NO_LINKS,
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.AzureStack/generateDeploymentLicense',
    methods: ['POST'],
    why: 'The gateway hands out no licenses: ask Azure for them.',
  },
  { path: '/providers/Microsoft.AzureStack/cloudManifestFiles', methods: ['GET'], why: NO_MANIFEST },
  { path: '/providers/Microsoft.AzureStack/cloudManifestFiles/{version}', methods: ['GET'], why: NO_MANIFEST },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Commerce/rateCard',
    methods: ['GET'],
    why: 'The gateway has no prices: ask Azure for its rate card.',
  },
];

/** The route of a path, with the segments that it names as they were written; null when there is none. */
export function matchRoute(
  segments: readonly string[],
): { readonly acts: Acts; readonly path: Readonly<Record<string, string>> } | null {
  for (const { path: pattern, acts } of ARM_ROUTES) {
    const path = matchPath(pattern, segments);
    if (path !== null) return { acts, path };
  }
  return null;
}

/** Why a call is known and not served; null where it is served, or not known. */
export function whyUnserved(method: string, segments: readonly string[]): string | null {
  const call = UNSERVED_CALLS.find(
    ({ path, methods }) => methods.some((one) => one === method) && matchPath(path, segments) !== null,
  );
  return call?.why ?? null;
}

function matchPath(path: string, segments: readonly string[]): Record<string, string> | null {
  const pattern = path.slice(1).split('/');
  if (pattern.length !== segments.length) return null;
  const named: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (wanted.startsWith('{')) named[wanted.slice(1, -1)] = segment;
    else if (wanted.toLowerCase() !== segment.toLowerCase()) return null;
  }
  return named;
}
