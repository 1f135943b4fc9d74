/** When a message that was not taken is sent again. */

/** Seconds before the second attempt, the third, …: about a day in all, in steps that grow. */
export const RETRY_DELAYS_S: readonly number[] = [5, 30, 120, 600, 1_800, 7_200, 18_000, 25_200, 32_400];

const JITTER = 0.2;

/**
 * Milliseconds to wait after attempt `attempt`, from 1, or null when it was the last. Up to a fifth is taken off or
 * added at random, so that messages that failed together do not come back together.
 */
export function retryDelayMs(attempt: number, delaysS: readonly number[], random = Math.random): number | null {
  const delay = delaysS[attempt - 1];
  return delay === undefined ? null : Math.round(delay * 1000 * (1 + JITTER * (2 * random() - 1)));
}
