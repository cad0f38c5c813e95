/**
 * Entity tags for pages of the usage APIs (RFC 9110). A page of closed windows never changes, so whoever has it is told
 * so, without its rows being read. The tag is made of everything that the page is made of, and says nothing by itself.
 */
import type { ArmRequest } from './arm-request.js';
import type { HourRange } from '../primitives/windows.js';
import { dayOf } from '../primitives/windows.js';
import type { ResourceUsageKey } from '../reading/resource-usage.js';
import { listLastSeals } from '../reading/seals.js';
import { areClosed, listReadableSubscriptions } from '../reading/usage-filter.js';
import type { UsageFilter } from '../reading/usage-filter.js';

/** Names how a page is written. Whoever changes a byte of what `usage-rows.ts` writes changes this name. */
export const PAGE_FORM = 'usage page 1';

/** A page that is asked for. */
interface AskedPage {
  /** Who asks what, as it is signed into the link to the next page. */
  readonly question: string;
  readonly token: string;
  readonly filter: UsageFilter;
  readonly reported: HourRange;
  readonly after: ResourceUsageKey | null;
}

/** A page that can never be another: its entity tag, with quotes. */
export interface ClosedPage {
  readonly etag: string;
  /** Versions of routing. They rise whenever a stack subscription is given to somebody else. */
  readonly versions: string;
}

/**
 * The page's tag; null where it may still change, or tags are turned off. A page depends on the question, as it stands
 * in the link to the next page, and on the subscriptions that the caller may read, in their order. The GUIDs, ids of
 * meters and resources that its rows name are never changed. The seals tell apart books that were restored and closed
 * anew.
 */
export async function closedPage(
  { app, scope, address, parameters }: ArmRequest,
  { question, token, filter, reported, after }: AskedPage,
): Promise<ClosedPage | null> {
  if (!app.config.tagsClosedUsage) return null;
  const sql = app.db.reader;
  const subscriptions = await listReadableSubscriptions(sql, scope, filter, after?.numbers[0] ?? 0);
  if (subscriptions.length === 0 || !areClosed(subscriptions, reported.to)) return null;
  const versions = new Map(subscriptions.map((row) => [row.registrationId, row.routingVersion]));
  const seals = await listLastSeals(sql, scope, [...versions.keys()], dayOf(reported.to - 1) + 1);
  const link = [address, parameters.with('continuationToken', token).toString()];
  const ids = subscriptions.map(({ id }) => id);
  return {
    etag: `"${app.cursors.tag(JSON.stringify([PAGE_FORM, question, link, ids, seals]))}"`,
    versions: JSON.stringify([...versions]),
  };
}

/**
 * Whether what was read in between is the page of this tag. A subscription that was given away and given back meanwhile
 * leaves the tag as it was, but not the versions.
 */
export function isSamePage(before: ClosedPage, after: ClosedPage | null): boolean {
  return before.etag === after?.etag && before.versions === after.versions;
}

const LISTED = /[ \t,]*(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/gy;

/** Whether If-None-Match names this tag: `*` names every one, and weak tags are compared as if they were strong. */
export function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(LISTED)].some(([, tag]) => tag === etag);
}
