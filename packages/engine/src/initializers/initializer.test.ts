import { describe, expect, it } from 'vitest';
import { INITIALIZERS, type Initializer, initialValues } from './initializer.js';

const SHAPE = [64, 32, 7, 7];
const COUNT = 64 * 32 * 49;
const FAN = { in: 32 * 49, out: 64 * 49 };

function valuesOf(initializer: Initializer): Float32Array {
  return initialValues(initializer, SHAPE, FAN, 1, 0);
}

/** Fewer of them, to be compared one by one. */
function fewOf(initializer: Initializer, seed: number, place = 0): Float32Array {
  return initialValues(initializer, [5, 20], FAN, seed, place);
}

function momentsOf(values: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x - mean)), 0);
  return { mean, variance, largest };
}

const GLOROT = 2 / (FAN.in + FAN.out);
const HE = 2 / FAN.in;
const LECUN = 1 / FAN.in;
/** Keras cuts a normal variable off at two deviations of the one before it is cut. */
const CUT = 2 / 0.87962566103423978;

const RANDOM: readonly { initializer: Initializer; mean: number; variance: number; limit: number }[] = [
  { initializer: { type: 'random_normal' }, mean: 0, variance: 0.05 ** 2, limit: 0.05 * 6.8 },
  { initializer: { type: 'random_normal', mean: 1.5, stddev: 0.2 }, mean: 1.5, variance: 0.04, limit: 0.2 * 6.8 },
  { initializer: { type: 'random_uniform' }, mean: 0, variance: 0.1 ** 2 / 12, limit: 0.0501 },
  { initializer: { type: 'random_uniform', minval: 1, maxval: 3 }, mean: 2, variance: 4 / 12, limit: 1.01 },
  { initializer: { type: 'glorot_uniform' }, mean: 0, variance: GLOROT, limit: Math.sqrt(3 * GLOROT) * 1.01 },
  { initializer: { type: 'glorot_normal' }, mean: 0, variance: GLOROT, limit: Math.sqrt(GLOROT) * CUT * 1.01 },
  { initializer: { type: 'he_uniform' }, mean: 0, variance: HE, limit: Math.sqrt(3 * HE) * 1.01 },
  { initializer: { type: 'he_normal' }, mean: 0, variance: HE, limit: Math.sqrt(HE) * CUT * 1.01 },
  { initializer: { type: 'lecun_uniform' }, mean: 0, variance: LECUN, limit: Math.sqrt(3 * LECUN) * 1.01 },
  { initializer: { type: 'lecun_normal' }, mean: 0, variance: LECUN, limit: Math.sqrt(LECUN) * CUT * 1.01 },
  { initializer: { type: 'truncated_normal' }, mean: 0, variance: (0.05 * 2) ** 2 / CUT ** 2, limit: 0.1001 },
  {
    initializer: { type: 'truncated_normal', mean: -0.5, stddev: 0.2 },
    mean: -0.5,
    variance: (0.2 * 2) ** 2 / CUT ** 2,
    limit: 0.401,
  },
  { initializer: { type: 'variance_scaling' }, mean: 0, variance: LECUN, limit: Math.sqrt(LECUN) * CUT * 1.01 },
  {
    initializer: { type: 'variance_scaling', scale: 3, mode: 'fan_out' },
    mean: 0,
    variance: 3 / FAN.out,
    limit: Math.sqrt(3 / FAN.out) * CUT * 1.01,
  },
  {
    initializer: { type: 'variance_scaling', scale: 0.5, mode: 'fan_avg', distribution: 'uniform' },
    mean: 0,
    variance: 0.5 * GLOROT,
    limit: Math.sqrt(1.5 * GLOROT) * 1.01,
  },
  {
    initializer: { type: 'variance_scaling', scale: 2, mode: 'fan_in', distribution: 'untruncated_normal' },
    mean: 0,
    variance: HE,
    limit: Math.sqrt(HE) * 6.8,
  },
];

describe('random initial values', () => {
  it.each(RANDOM)('of $initializer have their mean, variance and limits', ({ initializer, mean, variance, limit }) => {
    const found = momentsOf(valuesOf(initializer));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / COUNT));
    // The variance of a sample's variance is at most 2 σ⁴ / n for these.
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
    expect(found.largest).toBeLessThan(limit);
    expect(found.largest).toBeGreaterThan(limit * 0.5);
  });

  it.each(RANDOM)('of $initializer are a function of the seed and the place in the model', ({ initializer }) => {
    const values = fewOf(initializer, 7, 2);
    expect(fewOf(initializer, 7, 2)).toEqual(values);
    expect(fewOf(initializer, 8, 2)).not.toEqual(values);
    expect(fewOf(initializer, 7, 3)).not.toEqual(values);
  });

  it('are drawn with a seed of their own where they have one', () => {
    const own: Initializer = { type: 'he_normal', seed: 3 };
    expect(fewOf(own, 1)).toEqual(fewOf(own, 2));
    expect(fewOf(own, 1)).toEqual(fewOf({ type: 'he_normal' }, 3));
  });

  it('of a normal variable have its shape', () => {
    const normal = valuesOf({ type: 'random_normal', mean: 0, stddev: 1 });
    const share = (limit: number) => normal.filter((x) => Math.abs(x) < limit).length / COUNT;
    expect(share(1)).toBeCloseTo(0.6827, 2);
    expect(share(2)).toBeCloseTo(0.9545, 2);
  });
});

describe('scaled initial values', () => {
  it.each<[Initializer, Initializer]>([
    [{ type: 'glorot_uniform' }, { type: 'variance_scaling', mode: 'fan_avg', distribution: 'uniform' }],
    [{ type: 'glorot_normal' }, { type: 'variance_scaling', mode: 'fan_avg' }],
    [
      { type: 'he_uniform', seed: 5 },
      { type: 'variance_scaling', scale: 2, distribution: 'uniform', seed: 5 },
    ],
    [{ type: 'he_normal' }, { type: 'variance_scaling', scale: 2, mode: 'fan_in' }],
    [{ type: 'lecun_uniform' }, { type: 'variance_scaling', distribution: 'uniform' }],
    [{ type: 'lecun_normal' }, { type: 'variance_scaling' }],
  ])('of %o are those of %o', (named, scaled) => {
    expect(fewOf(named, 4)).toEqual(fewOf(scaled, 4));
  });
});

describe('orthogonal initial values', () => {
  it.each([[[5, 20]], [[20, 5]], [[12, 12]], [[8, 3, 3, 3]], [[64, 2, 3, 3]], [[7]], [[1, 9]]])(
    'of shape %o have orthonormal rows, or columns',
    (shape) => {
      const values = initialValues({ type: 'orthogonal', gain: 1.5 }, shape, FAN, 3, 0);
      const rows = shape.length === 1 ? 1 : shape[0];
      const columns = values.length / rows;
      const at = (vector: number, k: number) =>
        rows <= columns ? values[vector * columns + k] : values[k * columns + vector];
      const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
          // Each of the numbers is rounded to float32.
          expect(Math.abs(product - (i === j ? 2.25 : 0))).toBeLessThan(2.25 * 2 ** -22);
        }
      }
    },
  );

  /** A matrix with evenly distributed orthonormal rows of length n has numbers of mean 0 and variance 1 / n. */
  it('are distributed evenly', () => {
    const [seeds, n] = [2000, 6];
    const matrices = Array.from({ length: seeds }, (_, seed) =>
      initialValues({ type: 'orthogonal' }, [n, n], FAN, seed, 0),
    );
    for (let place = 0; place < n * n; place++) {
      const { mean, variance } = momentsOf(Float32Array.from(matrices, (values) => values[place]));
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / n / seeds));
      expect(Math.abs(variance * n - 1)).toBeLessThan(5 * Math.sqrt(2 / seeds));
    }
  });

  it('are a function of the seed and the place in the model', () => {
    const values = fewOf({ type: 'orthogonal' }, 7, 2);
    expect(fewOf({ type: 'orthogonal' }, 7, 2)).toEqual(values);
    expect(fewOf({ type: 'orthogonal' }, 8, 2)).not.toEqual(values);
    expect(fewOf({ type: 'orthogonal', seed: 7 }, 8, 2)).toEqual(values);
    expect(fewOf({ type: 'orthogonal' }, 7, 3)).not.toEqual(values);
  });
});

describe('fixed initial values', () => {
  it.each([
    { initializer: { type: 'zeros' }, value: 0 },
    { initializer: { type: 'ones' }, value: 1 },
    { initializer: { type: 'constant' }, value: 0 },
    { initializer: { type: 'constant', value: -2.5 }, value: -2.5 },
  ] satisfies { initializer: Initializer; value: number }[])(
    'of $initializer are all $value',
    ({ initializer, value }) => {
      expect(valuesOf(initializer).every((x) => x === value)).toBe(true);
    },
  );
});

it('every initialiser is tested', () => {
  const apart = ['zeros', 'ones', 'constant', 'orthogonal'];
  const tested = new Set([...RANDOM.map(({ initializer }) => initializer.type), ...apart]);
  expect([...tested].sort()).toEqual(Object.keys(INITIALIZERS).sort());
});
