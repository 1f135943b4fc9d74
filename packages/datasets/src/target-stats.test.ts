import { describe, expect, it } from 'vitest';
import { targetStats } from './target-stats.js';

describe('the statistics of targets', () => {
  it('are the mean and deviation of each, also where the mean is large', () => {
    const { mean, std } = targetStats([
      [1e9 + 1, 5],
      [1e9 + 3, 5],
    ]);
    expect(mean).toEqual([1e9 + 2, 5]);
    expect(std).toEqual([1, 0]);
  });
});
