import { describe, expect, it } from 'vitest';
import { RETRY_DELAYS_S, retryDelayMs } from './retry-schedule.js';

describe('retryDelayMs', () => {
  it('grows from seconds to hours, and ends after about a day', () => {
    const delays = RETRY_DELAYS_S.map((_, i) => retryDelayMs(i + 1, RETRY_DELAYS_S, () => 0.5) ?? 0);
    expect(delays[0]).toBe(5_000);
    for (let i = 1; i < delays.length; i++) expect(delays[i]).toBeGreaterThan(delays[i - 1] ?? 0);
    const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(22);
    expect(hours).toBeLessThan(26);
    expect(retryDelayMs(RETRY_DELAYS_S.length + 1, RETRY_DELAYS_S)).toBeNull();
  });

  it('moves by a fifth at most', () => {
    expect(retryDelayMs(1, [10], () => 0)).toBe(8_000);
    expect(retryDelayMs(1, [10], () => 1)).toBe(12_000);
  });
});
