/** The paths that are served in Azure's language. */
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import {
  customerSubscription,
  listCustomerSubscriptions,
  putCustomerSubscription,
  removeCustomerSubscription,
} from './customer-subscriptions-api.js';
import { oneRegistration, registrationsOf } from './registration-api.js';
import { providerUsage, tenantUsage } from './usage-api.js';
import { userSubscriptions } from './user-subscriptions-api.js';

export type ArmMethod = 'GET' | 'PUT' | 'DELETE';
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
  { path: `${REGISTRATIONS}/{registration}`, acts: { GET: oneRegistration } },
  {
    path: `${REGISTRATIONS}/{registration}/customerSubscriptions`,
    acts: { GET: listCustomerSubscriptions },
  },
  {
    path: `${REGISTRATIONS}/{registration}/customerSubscriptions/{customerSubscription}`,
    acts: { GET: customerSubscription, PUT: putCustomerSubscription, DELETE: removeCustomerSubscription },
  },
];

/** The route of a path, with the segments that it names as they were written; null when there is none. */
export function matchRoute(
  routes: readonly ArmRoute[],
  segments: readonly string[],
): { readonly acts: Acts; readonly path: Readonly<Record<string, string>> } | null {
  for (const { path: pattern, acts } of routes) {
    const path = matchPath(pattern.slice(1).split('/'), segments);
    if (path !== null) return { acts, path };
  }
  return null;
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const named: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (wanted.startsWith('{')) named[wanted.slice(1, -1)] = segment;
    else if (wanted.toLowerCase() !== segment.toLowerCase()) return null;
  }
  return named;
}
