/**
 * Durations in buckets that grow by a constant factor, so that counts of several servers add up and quantiles keep a
 * relative error: with 2^(1/8) at most 4.5 %. The scheme of HDR and Prometheus' native histograms.
 */

const SMALLEST_MS = 0.05;
const PER_DOUBLING = 8;

/** How many durations fell into each bucket. */
export type BucketCounts = ReadonlyMap<number, number>;

export function bucketOf(milliseconds: number): number {
  if (!(milliseconds > SMALLEST_MS)) return 0;
  return Math.round(PER_DOUBLING * Math.log2(milliseconds / SMALLEST_MS));
}

/** The duration that a bucket stands for, in milliseconds: the geometric middle of it. */
export function millisecondsOf(bucket: number): number {
  return SMALLEST_MS * 2 ** (bucket / PER_DOUBLING);
}

/** The smallest duration, in milliseconds, that a share of `quantile` does not exceed (nearest rank); null of none. */
export function latencyQuantile(counts: BucketCounts, quantile: number): number | null {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (count > 0 && seen >= quantile * total) return millisecondsOf(bucket);
  }
  return null;
}
