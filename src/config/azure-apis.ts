/** The Azure-compatible APIs, and the stamps that usage is pulled from by the same contract. */
import { z } from 'zod';

import { flag, whole } from './variable.js';
import type { Variable } from './variable.js';

/** How Azure's usage and registration APIs answer. */
export interface AzureApiConfig {
  /** Address under which callers reach the gateway, without a slash at its end; null: nobody said. */
  readonly publicUrl: string | null;
  /** Whether the provider usage API refuses an end on the current date, as Microsoft's page says literally. */
  readonly refusesCurrentDate: boolean;
  /** How long after its end a reported hour still counts as being written. */
  readonly settleMs: number;
  /** Whether answers of the usage APIs that can never change have an entity tag. */
  readonly tagsClosedUsage: boolean;
}

/** From where usage is pulled. */
export interface CollectionConfig {
  /** JSON file that says from which stamps usage is pulled; null: from none. */
  readonly collectionFile: string | null;
  /** How often a serving gateway pulls. */
  readonly collectEveryMs: number;
}

/** Variables of the environment that say so, as the operations guide lists them. */
export const AZURE_API_VARIABLES: readonly Variable[] = [
  {
    name: 'PUBLIC_URL',
    meaning: 'Address under which callers reach it, for links to next pages; without it they may be relative.',
    default: '',
  },
  {
    name: 'USAGE_API_STRICT_DATES',
    meaning: 'true refuses a reportedEndTime on the current date in the provider usage API, as Microsoft writes.',
    default: 'false',
  },
  {
    name: 'USAGE_SETTLE_SECONDS',
    meaning: 'How long after its end a reported hour is still "not complete" for the usage APIs.',
    default: '120',
  },
  {
    name: 'USAGE_API_ETAGS',
    meaning: 'false: answers of the usage APIs have no ETag, and nobody is told 304 that he has them already.',
    default: 'true',
  },
  {
    name: 'COLLECTION_FILE',
    meaning: 'JSON file that says from which stamps usage is pulled, by `collect` and while serving.',
    default: 'none',
  },
  { name: 'COLLECT_EVERY_MINUTES', meaning: 'How often a serving gateway pulls.', default: '5' },
];

/** How each variable is read. */
export const azureApiShape = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is an http or https address' })
    .refine((url) => /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(url), 'has no user, query or fragment')
    .optional(),
  USAGE_API_STRICT_DATES: flag('false'),
  USAGE_SETTLE_SECONDS: whole(0, 86_400).default(120),
  USAGE_API_ETAGS: flag('true'),
  COLLECTION_FILE: z.string().min(1).optional(),
  COLLECT_EVERY_MINUTES: whole(1, 1_440).default(5),
};

interface Read {
  readonly PUBLIC_URL?: string | undefined;
  readonly USAGE_API_STRICT_DATES: boolean;
  readonly USAGE_SETTLE_SECONDS: number;
  readonly USAGE_API_ETAGS: boolean;
  readonly COLLECTION_FILE?: string | undefined;
  readonly COLLECT_EVERY_MINUTES: number;
}

/** What the variables say, with a clean public address. */
export function azureApisOf(read: Read): AzureApiConfig & CollectionConfig {
  return {
    publicUrl: read.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    refusesCurrentDate: read.USAGE_API_STRICT_DATES,
    settleMs: read.USAGE_SETTLE_SECONDS * 1000,
    tagsClosedUsage: read.USAGE_API_ETAGS,
    collectionFile: read.COLLECTION_FILE ?? null,
    collectEveryMs: read.COLLECT_EVERY_MINUTES * 60_000,
  };
}
