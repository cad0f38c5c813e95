import type { StampErrorKind } from './stamp-error.js';

/** What collecting tells whoever operates it. Times are texts, so that a line can be read. */
export type CollectionEvent = { readonly level: 'info' | 'warn' | 'error'; readonly registration: string } & (
  | {
      readonly event: 'hour';
      readonly reportedHour: string;
      readonly rows: number;
      readonly accepted: number;
      readonly duplicates: number;
      readonly conflicts: number;
      readonly rejected: number;
      readonly isSplit: boolean;
      /** Complete hours that are still to be pulled. */
      readonly hoursLeft: number;
    }
  | { readonly event: 'collected'; readonly before: string; readonly hours: number; readonly lagHours: number }
  | {
      readonly event: 'hour-changed';
      readonly reportedHour: string;
      readonly added: number;
      readonly changed: number;
      readonly missing: number;
    }
  | { readonly event: 'reread'; readonly hours: number; readonly changedHours: number }
  | {
      readonly event: 'subscriptions';
      readonly listed: number;
      readonly assigned: number;
      readonly unregistered: number;
      readonly differing: readonly string[];
    }
  | {
      readonly event: 'failed';
      readonly what: 'usage' | 'reread' | 'subscriptions';
      readonly kind: StampErrorKind | 'INTERNAL';
      /** The stamp's own code. */
      readonly code: string | null;
      readonly message: string;
    }
);

export type CollectionLog = (event: CollectionEvent) => void;
