import { type CustomAugmentation, type ImageSize, resolveAugmentation } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { createAugmenter } from './augmenter.js';
import { addNoise, noisePool, noiseTable } from './pixel-noise.js';

const IMAGE: ImageSize = { width: 20, height: 10, channels: 3 };
const BYTES = 600;

function drawn(options: CustomAugmentation, count: number): Uint8Array[] {
  const augmentation = resolveAugmentation(options);
  if (augmentation === null) throw new Error('nothing was asked for');
  const augment = createAugmenter(IMAGE, augmentation);
  return Array.from({ length: count }, (_, index) => {
    const out = new Uint8Array(BYTES);
    augment(new Uint8Array(BYTES).fill(128), out, { seed: 9, epoch: 1, index });
    return out;
  });
}

function moments(values: ArrayLike<number>) {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return { mean, deviation: Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length) };
}

describe('the quantiles of noise', () => {
  const table = noiseTable(1);

  it('are those of the normal distribution', () => {
    // Φ⁻¹ of 1 - 1/8192, 3993/4096 and 3/4, from Python's statistics.NormalDist.
    expect(table[4095]).toBeCloseTo(3.668329, 5);
    expect((table[3993] + table[3992]) / 2).toBeCloseTo(1.957464, 5);
    expect((table[3071] + table[3072]) / 2).toBeCloseTo(0.67449, 5);
    expect(table[0]).toBe(-table[4095]);
    expect(moments(table).mean).toBeCloseTo(0, 6);
    expect(moments(table).deviation).toBeCloseTo(1, 3);
    expect(table.every((value, i) => i === 0 || value > table[i - 1])).toBe(true);
  });

  it('fill the pool, each as often', () => {
    const pool = noisePool(10);
    const expected = [...noiseTable(10)].map((value) => Math.round(value * 16));
    const all = expected.flatMap((value) => Array<number>(16).fill(value));
    expect(Int16Array.from(pool).sort()).toEqual(Int16Array.from(all).sort());
    const neighbours = [...pool].reduce((sum, value, i) => sum + value * pool[(i + 1) % pool.length], 0);
    expect(Math.abs(neighbours / pool.length / 160 ** 2)).toBeLessThan(0.02);
  });

  it('are added to pixels, which stay from 0 to 255, from another place for each row', () => {
    const pixels = Uint8Array.from([100, 100, 3, 250, 100, 7]);
    // Half levels: -20, -19.5 and -19 for the first row, and 10 and more for the second.
    const pool = Int16Array.from({ length: 65536 }, (_, i) => (((i + 2048) % 4096) - 2048) * 8);
    addNoise(pixels, 3, pool, (row) => [32768 - 40, 2 ** 32 - 65536 + 20][row]);
    expect([...pixels]).toEqual([80, 81, 0, 255, 111, 18]);
  });
});

describe('gaussian_noise', () => {
  it('has the deviation asked for, and is another for each pixel', () => {
    const { mean, deviation } = moments(drawn({ gaussian_noise: 0.1 }, 50).flatMap((image) => [...image]));
    expect(Math.abs(mean - 128)).toBeLessThan(0.5);
    expect(Math.abs(deviation - 25.5)).toBeLessThan(0.4);
  });
});

describe('erasing', () => {
  /** The rectangle of an image that is not as it was, by columns and rows; null where all is. */
  function erased(image: Uint8Array) {
    const places = [...image.keys()].filter((i) => image[i] !== 128).map((i) => i % 200);
    if (places.length === 0) return null;
    const [xs, ys] = [places.map((i) => i % 20), places.map((i) => Math.floor(i / 20))];
    const columns = Math.max(...xs) - Math.min(...xs) + 1;
    const rows = Math.max(...ys) - Math.min(...ys) + 1;
    return { columns, rows, changed: places.length / (3 * columns * rows) };
  }

  it('makes a rectangle of noise of the size asked for', () => {
    const found = drawn({ erasing: { probability: 1, area: [0.1, 0.3] } }, 300).map(erased);
    const areas = found.map((each) => (each ? each.columns * each.rows : 0) / 200);
    expect(Math.min(...areas)).toBeGreaterThan(0.07);
    expect(Math.min(...areas)).toBeLessThan(0.13);
    expect(Math.max(...areas)).toBeLessThan(0.35);
    expect(Math.max(...areas)).toBeGreaterThan(0.27);
    // A random value is what was there once in 256 times.
    for (const each of found) expect(each?.changed).toBeGreaterThan(0.9);
    const wide = found.filter((each) => each !== null && each.columns > each.rows).length;
    expect(wide).toBeGreaterThan(100);
    expect(wide).toBeLessThan(300);
  });

  it('comes as often as asked for, anywhere', () => {
    const images = drawn({ erasing: { probability: 0.3, area: [0.02, 0.1] } }, 1000);
    const count = images.filter((image) => erased(image) !== null).length;
    expect(Math.abs(count - 300)).toBeLessThan(60);
    const everywhere = Array.from({ length: 200 }, (_, i) => images.some((image) => image[i] !== 128));
    expect(everywhere.every(Boolean)).toBe(true);
  });

  it('may take the whole image', () => {
    const [image] = drawn({ erasing: { probability: 1, area: [1, 1] } }, 1);
    expect(erased(image)).toMatchObject({ columns: 20, rows: 10 });
  });
});
