import { describe, expect, it } from 'vitest';
import { mix32, type StreamKey, streamKey, uint32At, uniformAt } from './counter.js';

const COUNT = 2 ** 18;
/** Drawn once; a change of them breaks the resuming of older trainings. */
const KNOWN = [128539618, 446393688, 2141618759, 3992215760];

/** Five standard deviations of a correlation of independent numbers. */
const LARGEST_CORRELATION = 5 / Math.sqrt(COUNT);

function numbersOf(key: StreamKey, count = COUNT): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => uniformAt(key, i));
}

/** Correlation of a[i] and b[i + lag], for numbers that are uniform between 0 and 1. */
function correlation(a: Float64Array, b: Float64Array, lag = 0): number {
  const count = a.length - lag;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (a[i] - 0.5) * (b[i + lag] - 0.5);
  return (12 * sum) / count;
}

/** Pearson's statistic in standard deviations from its mean, for counts that should be equal. */
function unevenness(counts: Float64Array): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

describe('the counter-based generator', () => {
  const numbers = numbersOf(streamKey(1, 2, 3));

  it('gives the numbers that it always gave, so that a resumed training draws the same', () => {
    const key = streamKey(42, 3, 7, 1);
    expect([0, 1, 2, 1_000_000].map((index) => uint32At(key, index))).toEqual(KNOWN);
  });

  it('gives numbers between 0 and 1, neither included', () => {
    expect(numbers.every((x) => x > 0 && x < 1)).toBe(true);
  });

  it('is uniform', () => {
    const counts = new Float64Array(1024);
    for (const x of numbers) counts[Math.floor(x * 1024)]++;
    expect(Math.abs(unevenness(counts))).toBeLessThan(5);
  });

  it('is uniform in pairs and triples of neighbours', () => {
    const pairs = new Float64Array(32 ** 2);
    const triples = new Float64Array(10 ** 3);
    for (let i = 0; i + 2 < COUNT; i += 3) {
      const at = (k: number, sides: number) => Math.floor(numbers[i + k] * sides);
      pairs[at(0, 32) * 32 + at(1, 32)]++;
      triples[at(0, 10) * 100 + at(1, 10) * 10 + at(2, 10)]++;
    }
    expect(Math.abs(unevenness(pairs))).toBeLessThan(5);
    expect(Math.abs(unevenness(triples))).toBeLessThan(5);
  });

  it.each([1, 2, 3, 4, 7, 8, 16, 28, 64, 256, 784, 1024, 4096, 65_536])(
    'is not correlated with itself %i places on',
    (lag) => {
      expect(Math.abs(correlation(numbers, numbers, lag))).toBeLessThan(5 / Math.sqrt(COUNT - lag));
    },
  );

  it('sets every bit half of the time', () => {
    const key = streamKey(9);
    const ones = new Float64Array(32);
    for (let i = 0; i < COUNT; i++) {
      const bits = uint32At(key, i);
      for (let bit = 0; bit < 32; bit++) ones[bit] += (bits >>> bit) & 1;
    }
    for (const count of ones) expect(Math.abs(count - COUNT / 2)).toBeLessThan(5 * Math.sqrt(COUNT / 4));
  });
});

const NEIGHBOURS: readonly { name: string; keys: readonly [StreamKey, StreamKey] }[] = [
  { name: 'neighbouring seeds', keys: [streamKey(0, 3, 1, 0), streamKey(1, 3, 1, 0)] },
  { name: 'seeds that differ in the highest bit', keys: [streamKey(5, 3, 1, 0), streamKey(5 + 2 ** 31, 3, 1, 0)] },
  { name: 'the smallest and the largest seed', keys: [streamKey(0, 3, 1, 0), streamKey(0xffffffff, 3, 1, 0)] },
  { name: 'neighbouring steps', keys: [streamKey(7, 3, 100, 0), streamKey(7, 3, 101, 0)] },
  { name: 'neighbouring layers', keys: [streamKey(7, 3, 100, 0), streamKey(7, 3, 100, 1)] },
  { name: 'step and layer exchanged', keys: [streamKey(7, 3, 1, 2), streamKey(7, 3, 2, 1)] },
  { name: 'different purposes', keys: [streamKey(7, 1, 1), streamKey(7, 2, 1)] },
  { name: 'a stream and its part 0', keys: [streamKey(7, 1), streamKey(7, 1, 0)] },
];

describe('two streams', () => {
  it.each(NEIGHBOURS)('of $name are independent', ({ keys }) => {
    const [a, b] = keys.map((key) => numbersOf(key));
    for (const lag of [0, 1, 2, 17]) {
      expect(Math.abs(correlation(a, b, lag))).toBeLessThan(LARGEST_CORRELATION);
      expect(Math.abs(correlation(b, a, lag))).toBeLessThan(LARGEST_CORRELATION);
    }
  });

  it('never share a key among 100,000 seeds, steps and layers', () => {
    const keys = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      for (let step = 1; step <= 1000; step++) {
        for (let layer = 0; layer < 10; layer++) {
          const { first, second } = streamKey(seed, 3, step, layer);
          keys.add(`${first},${second}`);
        }
      }
    }
    expect(keys.size).toBe(100_000);
  });

  it('have first numbers that are uniform over the steps', () => {
    const counts = new Float64Array(256);
    for (let step = 0; step < 2 ** 16; step++) counts[Math.floor(uniformAt(streamKey(3, 3, step, 0), 0) * 256)]++;
    expect(Math.abs(unevenness(counts))).toBeLessThan(5);
  });
});

describe('mix32', () => {
  it('moves every output bit half of the time when one input bit changes', () => {
    const samples = 8192;
    const changed = new Float64Array(32 * 32);
    for (let i = 0; i < samples; i++) {
      const x = uint32At(streamKey(4), i);
      for (let bit = 0; bit < 32; bit++) {
        const difference = mix32(x) ^ mix32(x ^ (1 << bit));
        for (let out = 0; out < 32; out++) changed[bit * 32 + out] += (difference >>> out) & 1;
      }
    }
    const shares = changed.map((count) => Math.abs(count / samples - 0.5));
    expect(Math.max(...shares)).toBeLessThan(0.05);
  });

  it('gives different numbers for different ones', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 2 ** 17; i++) seen.add(mix32(i));
    expect(seen.size).toBe(2 ** 17);
  });
});
