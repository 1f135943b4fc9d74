import type { ImageSize } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { streamKey } from '../random/counter.js';
import { betaAt } from './beta.js';
import { allocateMixedRows, type Mixing, mixImages } from './mix.js';

const IMAGE: ImageSize = { width: 10, height: 8, channels: 3 };
const BYTES = 240;
const ROWS = 6;
/** Row r is all of 40 · r. */
const source = Uint8Array.from({ length: ROWS * BYTES }, (_, i) => Math.floor(i / BYTES) * 40);

function mixed(mixing: Partial<Mixing>, { seed = 1, step = 1, rows = ROWS } = {}) {
  const of = allocateMixedRows(rows);
  const out = new Uint8Array(rows * BYTES).fill(9);
  const from = source.subarray(0, rows * BYTES);
  mixImages(from, out, IMAGE, { mixup: null, cutmix: null, ...mixing }, { seed, step }, of);
  const images = Array.from({ length: rows }, (_, row) => out.subarray(row * BYTES, (row + 1) * BYTES));
  return { images, partners: [...of.partners], shares: [...of.shares] };
}

const steps = (mixing: Partial<Mixing>, count = 50) =>
  Array.from({ length: count }, (_, i) => mixed(mixing, { step: i + 1 }));

describe('numbers of a Beta distribution', () => {
  it.each([0.01, 0.2, 1, 4])('Beta(%d, same) have its mean and deviation', (alpha) => {
    const numbers = Array.from({ length: 20_000 }, (_, i) => betaAt(streamKey(5, i), alpha));
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    expect(numbers.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.012);
    // 1 / (4 · (2 · alpha + 1))
    expect(variance / (0.25 / (2 * alpha + 1))).toBeGreaterThan(0.96);
    expect(variance / (0.25 / (2 * alpha + 1))).toBeLessThan(1.04);
  });
});

describe('mixup', () => {
  it('blends each row with another by its share', () => {
    for (const { images, partners, shares } of steps({ mixup: { alpha: 1 } })) {
      images.forEach((image, row) => {
        const blend = 40 * (row * shares[row] + partners[row] * (1 - shares[row]));
        expect(partners[row]).not.toBe(row);
        expect(Math.abs(image[0] - blend)).toBeLessThanOrEqual(0.51);
        expect(image.every((value) => value === image[0])).toBe(true);
      });
      expect([...partners].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(new Set(shares).size).toBe(ROWS);
    }
  });
});

describe('cutmix', () => {
  it('puts a rectangle of another row into each, whose share is what is left', () => {
    const all = steps({ cutmix: { alpha: 1 } });
    for (const { images, partners, shares } of all) {
      images.forEach((image, row) => {
        const other = [...image.keys()].filter((i) => image[i] === 40 * partners[row]);
        expect(other.length + image.filter((value) => value === 40 * row).length).toBe(BYTES);
        expect(shares[row]).toBeCloseTo(1 - other.length / BYTES, 6);
        const [xs, ys] = [other.map((i) => i % 10), other.map((i) => Math.floor(i / 10) % 8)];
        expect(new Set(xs).size * new Set(ys).size * 3).toBe(other.length);
      });
    }
    const shares = all.flatMap((each) => each.shares);
    expect(Math.min(...shares)).toBeLessThan(0.3);
    expect(Math.max(...shares)).toBeGreaterThan(0.95);
  });
});

describe('what is mixed', () => {
  it('is a function of seed, step and row', () => {
    const mixing: Mixing = { mixup: { alpha: 1 }, cutmix: { alpha: 1 } };
    expect(mixed(mixing)).toEqual(mixed(mixing));
    expect(mixed(mixing, { step: 2 }).shares).not.toEqual(mixed(mixing).shares);
    expect(mixed(mixing, { seed: 2 }).shares).not.toEqual(mixed(mixing).shares);
    expect(new Set(steps(mixing).map(({ partners }) => partners[0])).size).toBe(ROWS - 1);
  });

  it('is one or the other, each as often, where both are asked for', () => {
    const blended = steps({ mixup: { alpha: 1 }, cutmix: { alpha: 1 } }, 100).flatMap(({ images, partners }) =>
      images.filter((image, row) => image.some((value) => value !== 40 * row && value !== 40 * partners[row])),
    );
    // Some blends are too weak to see.
    expect(blended.length).toBeGreaterThan(200);
    expect(blended.length).toBeLessThan(350);
  });

  it('is nothing where there is no other row', () => {
    const { images, partners, shares } = mixed({ mixup: { alpha: 1 } }, { rows: 1 });
    expect([images[0].every((value) => value === 0), partners]).toEqual([true, [0]]);
    expect(shares[0]).toBeGreaterThan(0);
    expect(mixed({}).images).toEqual(mixed({}).images.map((_, row) => new Uint8Array(BYTES).fill(40 * row)));
    expect(mixed({}).shares).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
