import { describe, expect, it } from 'vitest';
import { bucketOf, latencyQuantile, millisecondsOf } from './latency-buckets.js';

describe('latency buckets', () => {
  it.each([0.06, 0.5, 1, 3.3, 47, 1000, 60_000])('keep %f ms to 4.5 %%', (milliseconds) => {
    expect(Math.abs(millisecondsOf(bucketOf(milliseconds)) / milliseconds - 1)).toBeLessThan(0.045);
  });

  it('give the quantiles of what was counted', () => {
    const counts = new Map<number, number>();
    for (let milliseconds = 1; milliseconds <= 1000; milliseconds++) {
      const bucket = bucketOf(milliseconds);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    for (const quantile of [0.5, 0.95, 0.99]) {
      const found = latencyQuantile(counts, quantile) ?? 0;
      expect(Math.abs(found / (1000 * quantile) - 1)).toBeLessThan(0.09);
    }
    expect(latencyQuantile(new Map(), 0.5)).toBeNull();
  });

  it('take what is no duration for the smallest', () => {
    expect([bucketOf(0), bucketOf(-1), bucketOf(Number.NaN)]).toEqual([0, 0, 0]);
  });
});
