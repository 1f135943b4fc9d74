import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.js';
import { normalize, preprocessingFor } from './preprocessing.js';

const stats = { mean: [0.5, 0.25, 0.75], std: [0.2, 0.1, 0.5] };

function apply(normalization: Parameters<typeof preprocessingFor>[0], pixel: number): number[] {
  const { scale, offset } = preprocessingFor(normalization, stats, 3);
  return scale.map((factor, channel) => pixel * factor + offset[channel]);
}

describe('preprocessing', () => {
  it('maps pixels as its name says', () => {
    expect(apply('none', 200)).toEqual([200, 200, 200]);
    expect(apply('unit', 255)).toEqual([1, 1, 1]);
    expect(apply('unit', 0)).toEqual([0, 0, 0]);
    expect(apply('symmetric', 255)).toEqual([1, 1, 1]);
    expect(apply('symmetric', 0)).toEqual([-1, -1, -1]);
  });

  it('standardizes to zero mean and unit deviation of each channel', () => {
    const at = (values: readonly number[]) => values.map((value, i) => apply('standardize', value * 255)[i]);
    for (const value of at(stats.mean)) expect(value).toBeCloseTo(0, 12);
    for (const value of at(stats.mean.map((mean, i) => mean + stats.std[i]))) expect(value).toBeCloseTo(1, 12);
  });

  it('does not blow up a channel that is constant', () => {
    const { scale, offset } = preprocessingFor('standardize', { mean: [0.5], std: [0] }, 1);
    expect(Number.isFinite(scale[0]) && Number.isFinite(offset[0])).toBe(true);
  });

  it('refuses another number of channels than the image has', () => {
    const pixels = new Graph().input('pixels', 'uint8', [1, 3, 2, 2]);
    expect(() => normalize(pixels, { scale: [1], offset: [0] })).toThrow('expected 3 channels; received 1');
  });
});
