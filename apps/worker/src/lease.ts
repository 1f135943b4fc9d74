/** Holds the lease of what a worker has taken, for as long as it works on it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A worker that has not renewed for so long has lost what it holds. */
export const LEASE_MS = 15_000;

/** Often enough that a cancellation is noticed at once. */
const RENEW_INTERVAL_MS = 1000;

/** Given up before the database gives it to another worker: time to kill the child. */
const GIVE_UP_MS = LEASE_MS - 4000;

export interface LeaseOptions {
  /** Renews the lease for `LEASE_MS`. */
  renew: () => Promise<void>;
  /** Whether an error of `renew` says that another worker holds it now. */
  isLost: (error: unknown) => boolean;
  /** The lease is lost: nothing may be written any more. */
  onLost: (error: unknown) => void;
}

/** Renews until the function that it gives back is called, or the lease is lost. */
export function holdLease({ renew, isLost, onLost }: LeaseOptions): () => Promise<void> {
  const ending = new AbortController();
  const holding = hold();

  async function hold(): Promise<void> {
    let renewedAt = performance.now();
    while (!ending.signal.aborted) {
      try {
        await renew();
        renewedAt = performance.now();
      } catch (error) {
        if (ending.signal.aborted) return;
        if (isLost(error) || performance.now() - renewedAt > GIVE_UP_MS) return onLost(error);
      }
      await sleep(RENEW_INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  }

  return () => {
    ending.abort();
    return holding;
  };
}
