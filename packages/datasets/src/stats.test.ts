import { describe, expect, it } from 'vitest';
import { PixelStats } from './stats.js';

describe('pixel statistics', () => {
  it('are the mean and deviation of each channel in units of [0, 1]', () => {
    const stats = new PixelStats(3);
    // Two images of two pixels, planar.
    stats.add(Uint8Array.of(0, 255, 10, 10, 0, 0));
    stats.add(Uint8Array.of(0, 255, 20, 20, 255, 255));
    const { mean, std } = stats.result();
    expect(mean).toEqual([0.5, 15 / 255, 0.5]);
    expect(std[0]).toBeCloseTo(0.5, 12);
    expect(std[1]).toBeCloseTo(5 / 255, 12);
    expect(std[2]).toBeCloseTo(0.5, 12);
  });

  it('are zero where there is no image', () => {
    expect(new PixelStats(1).result()).toEqual({ mean: [0], std: [0] });
  });
});
