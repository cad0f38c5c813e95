import type { JsonValue } from '../../src/pipeline/ingestion/exact-json.js';
import type { TestGateway, Who } from './gateway.js';
import { guid } from './world.js';

export const PROVIDER_PATH = 'providers/Microsoft.Commerce.Admin/subscriberUsageAggregates';
export const TENANT_PATH = 'providers/Microsoft.Commerce/usageAggregates';
export const USAGE_VERSION = '2015-06-01-preview';

export interface AzureAnswer {
  readonly status: number;
  // What Azure's clients read; the test says what it is.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

/** One request in Azure's language; `who` null sends no credential. */
export async function azure(
  gateway: TestGateway,
  who: Who | null,
  url: string,
  options: {
    readonly method?: 'GET' | 'PUT' | 'DELETE' | 'POST' | 'PATCH';
    readonly payload?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<AzureAnswer> {
  const response = await gateway.http.inject({
    method: options.method ?? 'GET',
    url,
    headers: {
      ...(who !== null && { authorization: `Bearer ${await gateway.token(who)}` }),
      ...(options.payload !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.payload !== undefined && { payload: options.payload }),
  });
  const { statusCode: status, body: text, headers } = response;
  return { status, text, headers, body: text === '' ? null : (JSON.parse(text) as JsonValue) };
}

/** The address of a usage question; parameters that are null are left out. */
export function usageUrl(
  path: string,
  subscriptionId: string,
  parameters: Readonly<Record<string, string | null>> = {},
): string {
  const all: Readonly<Record<string, string | null>> = {
    reportedStartTime: '2026-03-10T10:00:00Z',
    reportedEndTime: '2026-03-10T11:00:00Z',
    aggregationGranularity: 'Hourly',
    'api-version': USAGE_VERSION,
    ...parameters,
  };
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== null) search.set(name, value);
  return `/subscriptions/${subscriptionId}/${path}?${search.toString()}`;
}

/** What most clients ask registrations for. */
export const REGISTRATION_VERSION = 'api-version=2017-06-01';

/** The path of a test's registration, or of something below it. */
export function registrationPath(name: string, below = '', query = REGISTRATION_VERSION): string {
  const group = `/subscriptions/${guid(`base ${name}`)}/resourceGroups/azurestack`;
  return `${group}/providers/Microsoft.AzureStack/registrations/${name}${below}?${query}`;
}

/** The path of a customer subscription of a test's registration. */
export function customerPath(name: string, id: string): string {
  return registrationPath(name, `/customerSubscriptions/${id}`);
}

/** The PUT that attaches a subscription for a directory. */
export function attaching(tenantId: string) {
  return { method: 'PUT', payload: JSON.stringify({ properties: { tenantId } }) } as const;
}
