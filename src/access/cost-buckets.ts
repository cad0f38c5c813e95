/**
 * A bucket of points per caller, kept in this process: each operation takes what it costs before it runs, gives back
 * what it did not use, and time fills the bucket up again. Several gateways each keep their own.
 */
import { LRUCache } from 'lru-cache';

import { RateLimited } from '../primitives/errors.js';

/** What a caller has, in points. */
export interface Balance {
  readonly maximum: number;
  readonly available: number;
  readonly perSecond: number;
}

/** The points of all callers. */
export interface CostBuckets {
  /** Takes the points, or throws RATE_LIMITED with the seconds until they are there. */
  take(caller: string, points: number): Balance;
  /** Gives back what was taken and not used. */
  giveBack(caller: string, points: number): Balance;
}

interface Bucket {
  available: number;
  at: number;
}

/** `ticks` answers milliseconds that only ever grow. */
export function createCostBuckets(
  limits: { readonly costBucketSize: number; readonly costPerSecond: number; readonly principalsMax: number },
  ticks: () => number = () => performance.now(),
): CostBuckets {
  const { costBucketSize: maximum, costPerSecond: perSecond, principalsMax } = limits;
  const buckets = new LRUCache<string, Bucket>({ max: principalsMax });

  function bucketOf(caller: string): Bucket {
    const now = ticks();
    const known = buckets.get(caller) ?? { available: maximum, at: now };
    const earned = ((now - known.at) / 1000) * perSecond;
    const bucket = { available: Math.min(maximum, known.available + earned), at: now };
    buckets.set(caller, bucket);
    return bucket;
  }

  const balance = ({ available }: Bucket): Balance => ({ maximum, available: Math.floor(available), perSecond });

  return {
    take: (caller, points) => {
      const bucket = bucketOf(caller);
      if (points > bucket.available) {
        throw new RateLimited(
          `This costs ${points} points, and you have ${Math.floor(bucket.available)} left of ${maximum}; ${perSecond} come back each second.`,
          Math.max(1, Math.ceil((Math.min(points, maximum) - bucket.available) / perSecond)),
        );
      }
      bucket.available -= points;
      return balance(bucket);
    },
    giveBack: (caller, points) => {
      const bucket = bucketOf(caller);
      bucket.available = Math.min(maximum, bucket.available + points);
      return balance(bucket);
    },
  };
}
