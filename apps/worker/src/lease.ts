/** Holds the lease of what a worker has taken, for as long as it works on it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A worker that has not renewed for so long has lost what it holds. */
export const LEASE_MS = 12_000;

/** Often enough that a cancellation is noticed at once. */
const RENEW_INTERVAL_MS = 1000;

/** Given up before the database gives it to another worker: time to kill the child. */
const GIVE_UP_MS = LEASE_MS - 4000;

/** What a renewal is given at least, after a pause of this process: the database alone knows who holds the lease then. */
const ANSWER_MS = 1000;

/** The database could not be reached for as long as the lease lasts, so another worker may soon have what this one holds. */
export class LeaseLapsedError extends Error {
  constructor(cause: unknown) {
    super('The lease ran out, because the database could not be reached.', { cause });
    this.name = 'LeaseLapsedError';
  }
}

export interface LeaseOptions {
  /** Renews the lease for `LEASE_MS`. */
  renew: () => Promise<void>;
  /** Whether an error of `renew` says that another worker holds it now. */
  isLost: (error: unknown) => boolean;
  /** The lease is lost, by an error of `renew` or a `LeaseLapsedError`: nothing may be computed any more. */
  onLost: (error: unknown) => void;
}

/** Renews until the function that it gives back is called, or the lease is lost. */
export function holdLease({ renew, isLost, onLost }: LeaseOptions): () => Promise<void> {
  const ending = new AbortController();
  const holding = hold();

  async function hold(): Promise<void> {
    let renewedAt = performance.now();
    while (!ending.signal.aborted) {
      const askedAt = performance.now();
      try {
        await within(Math.max(renewedAt + GIVE_UP_MS - askedAt, ANSWER_MS), renew(), ending.signal);
        // The lease began after this, so it lasts longer than this worker counts on.
        renewedAt = askedAt;
      } catch (error) {
        if (ending.signal.aborted) return;
        if (isLost(error)) return onLost(error);
        if (performance.now() - renewedAt >= GIVE_UP_MS) return onLost(new LeaseLapsedError(error));
      }
      await sleep(RENEW_INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  }

  return () => {
    ending.abort();
    return holding;
  };
}

/** What the database answers; an error where it does not in time, for example because it has come to a halt. */
async function within(ms: number, answer: Promise<void>, signal: AbortSignal): Promise<void> {
  const answered = new AbortController();
  const late = sleep(ms, undefined, { signal: AbortSignal.any([signal, answered.signal]) }).then(() => {
    throw new Error(`The database has not answered for ${Math.round(ms)} ms.`);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    answered.abort();
    late.catch(() => undefined);
  }
}
