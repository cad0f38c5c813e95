/** How Azure's usage and registration APIs answer, and from where usage is pulled by the same contract. */
import { z } from 'zod';

import { flag, minutes, optional, seconds } from './variable.js';

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'is an http or https address' })
  .refine((url) => /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(url), 'has no user, query or fragment')
  .transform((url) => url.replace(/\/+$/, ''));

export const AZURE_APIS = {
  /** Without a slash at its end. */
  publicUrl: optional(
    'PUBLIC_URL',
    publicUrl,
    'Address under which callers reach it, for links to next pages; without it they may be relative.',
  ),
  refusesCurrentDate: flag(
    'USAGE_API_STRICT_DATES',
    false,
    'true refuses a reportedEndTime on the current date in the provider usage API, as Microsoft writes.',
  ),
  settleMs: seconds(
    'USAGE_SETTLE_SECONDS',
    120,
    [0, 86_400],
    'How long after its end a reported hour is still "not complete" for the usage APIs.',
  ),
  /** Answers that can never change have an entity tag. */
  tagsClosedUsage: flag(
    'USAGE_API_ETAGS',
    true,
    'false: answers of the usage APIs have no ETag, and nobody is told 304 that he has them already.',
  ),
  collectionFile: optional(
    'COLLECTION_FILE',
    z.string(),
    'JSON file that says from which stamps usage is pulled, by `collect` and while serving.',
    'none',
  ),
  collectEveryMs: minutes('COLLECT_EVERY_MINUTES', 5, [1, 1_440], 'How often a serving gateway pulls.'),
};
