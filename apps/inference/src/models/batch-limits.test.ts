import { describe, expect, it } from 'vitest';
import { type BatchingOptions, BatchLimits } from './batch-limits.js';

function limits(options: BatchingOptions, gapMs = 1000): BatchLimits {
  const all = new BatchLimits();
  all.limitRuns(32);
  for (let arrival = 0; arrival < 200; arrival++) all.arrived(arrival * gapMs, options);
  return all;
}

describe('the size of a batch', () => {
  it('is what a run takes, or less where the endpoint says so', () => {
    expect(limits({}).images).toBe(32);
    expect(limits({ max_batch_size: 4 }).images).toBe(4);
    expect(limits({ max_batch_size: 64 }).images).toBe(32);
  });

  it('settles where a batch takes half of the latency target', () => {
    const adapted = limits({ max_latency_ms: 20 });
    // 1 ms an image: ten fit into half of the target.
    for (let batch = 0; batch < 200; batch++) adapted.computed(adapted.images, adapted.images);
    expect(adapted.images).toBeGreaterThanOrEqual(8);
    expect(adapted.images).toBeLessThanOrEqual(11);
  });

  it('grows again once batches take less, and never falls below one image', () => {
    const adapted = limits({ max_latency_ms: 20 });
    for (let batch = 0; batch < 200; batch++) adapted.computed(adapted.images, 100);
    expect(adapted.images).toBe(1);
    for (let batch = 0; batch < 200; batch++) adapted.computed(adapted.images, 1);
    expect(adapted.images).toBe(32);
  });
});

describe('how long a request is held back', () => {
  it('is not at all by default, nor once a batch is full', () => {
    expect(limits({}, 0.1).delay(1)).toBe(0);
    expect(limits({ max_delay_ms: 5 }, 0.1).delay(32)).toBe(0);
  });

  it('is the delay that the endpoint allows, where others are expected within it', () => {
    expect(limits({ max_delay_ms: 5 }, 0.1).delay(1)).toBe(5);
    expect(limits({ max_delay_ms: 5 }, 50).delay(1)).toBe(0);
  });

  it('leaves the latency target what a batch takes', () => {
    const adapted = limits({ max_delay_ms: 50, max_latency_ms: 40 }, 0.1);
    for (let batch = 0; batch < 200; batch++) adapted.computed(4, 15);
    expect(adapted.delay(1)).toBeCloseTo(5, 0);
  });
});
