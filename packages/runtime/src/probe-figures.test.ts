import { ACTIVATION_BIN_EDGES, GRADIENT_BIN_EDGES } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { activationHistogram, gradientHistogram, idleShares, momentsOf } from './probe-figures.js';

/** The bin of a value by its definition: how many edges are not above it, or for a negative one, not below it. */
function binOf(value: number, edges: readonly number[]): number {
  return value < 0 ? edges.filter((edge) => edge < value).length : edges.filter((edge) => edge <= value).length;
}

describe.each([
  ['activations', activationHistogram, ACTIVATION_BIN_EDGES],
  ['gradients', gradientHistogram, GRADIENT_BIN_EDGES],
] as const)('the histogram of %s', (_name, histogram, edges) => {
  it('puts each value between the edges that it lies between, also beside an edge and beyond the last', () => {
    const beside = edges.flatMap((edge) => [edge * 0.999, edge * 1.001]);
    const values = [0, ...beside, 1e9, -1e9, 0.37, -0.0021, 5e-7];
    for (const value of values) {
      const counts = histogram(Float32Array.of(value));
      expect(counts).toHaveLength(edges.length + 1);
      expect(counts.indexOf(1), `${value}`).toBe(binOf(Math.fround(value), edges));
    }
  });

  it('counts every number once, and none that is no number', () => {
    const counts = histogram(Float32Array.of(1, 1, -1, 0, Number.NaN));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(counts[binOf(1, edges)]).toBe(2);
  });
});

describe('moments', () => {
  it('are mean, deviation and norm of all values', () => {
    expect(momentsOf(Float32Array.of(1, 2, 3, 4))).toEqual({ mean: 2.5, std: 1.11803, norm: 5.47723 });
  });

  it('are null where a value is not finite', () => {
    expect(momentsOf(Float32Array.of(1, Number.POSITIVE_INFINITY))).toEqual({ mean: null, std: null, norm: null });
  });
});

describe('shares of values that do nothing', () => {
  /** Two images of two channels of two pixels: channel 0 is always 0, channel 1 once not. */
  const image = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 3);

  it('call a channel dead that is 0 for every image and at every place', () => {
    const shares = idleShares(image, [2, 2, 1, 2], { type: 'relu' }, false);
    expect(shares).toEqual({ zero_share: 0.875, saturated_share: null, dead_share: 0.5 });
  });

  it('call no unit of the last layer, or of one that does not cut off, dead', () => {
    expect(idleShares(image, [2, 2, 1, 2], { type: 'relu' }, true).dead_share).toBeNull();
    expect(idleShares(image, [2, 2, 1, 2], { type: 'leaky_relu' }, false).dead_share).toBeNull();
  });

  it.each([
    ['sigmoid', [0.001, 0.5, 0.9, 0.999], 0.5],
    ['tanh', [-0.99, -0.5, 0.5, 0.99], 0.5],
    ['relu6', [0, 3, 6, 6], 0.5],
    ['elu', [-0.999, 0, 5, 50], 0.25],
  ])('count the flat ends of %s', (type, values, expected) => {
    expect(idleShares(Float32Array.from(values), [4, 1], { type }, false).saturated_share).toBe(expected);
  });
});
