import { describe, expect, it } from 'vitest';
import { type DropoutMask, effectiveRate, fillDropoutMask } from './dropout-mask.js';

const SHAPE = [64, 32, 8, 8];
const COUNT = 64 * 32 * 8 * 8;

function maskOf(rate: number, { seed = 1, step = 1, stream = 0, shape = SHAPE } = {}): Uint8Array {
  const mask: DropoutMask = { kind: 'mask', input: 'mask_0', shape, rate, stream };
  const out = new Uint8Array(shape.reduce((a, b) => a * b)).fill(255);
  fillDropoutMask(mask, seed, step, out);
  return out;
}

/** Correlation of a[i] and b[i + lag] for masks that keep a share of `kept`. */
function correlation(a: Uint8Array, b: Uint8Array, lag: number, kept: number): number {
  const count = a.length - lag;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (a[i] - kept) * (b[i + lag] - kept);
  return sum / (count * kept * (1 - kept));
}

describe('a dropout mask', () => {
  it.each([0.1, 0.25, 0.5, 0.9])('of rate %f keeps the rest, within five deviations', (rate) => {
    const kept = maskOf(rate).reduce((sum, bit) => sum + bit, 0) / COUNT;
    expect(Math.abs(kept - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / COUNT));
  });

  it.each([0.1, 0.5, 0.8])('of rate %f is not correlated with itself, near or far', (rate) => {
    const mask = maskOf(rate);
    for (const lag of [1, 2, 3, 7, 8, 64, 2048]) {
      expect(Math.abs(correlation(mask, mask, lag, 1 - rate)), `lag ${lag}`).toBeLessThan(5 / Math.sqrt(COUNT - lag));
    }
  });

  it.each([
    { other: 'the next step', options: { step: 2 } },
    { other: 'a far step', options: { step: 100_000 } },
    { other: 'the next layer', options: { stream: 1 } },
    { other: 'the next seed', options: { seed: 2 } },
  ])('is not correlated with that of $other', ({ options }) => {
    const [mask, other] = [maskOf(0.5), maskOf(0.5, options)];
    for (const lag of [0, 1, 2]) {
      expect(Math.abs(correlation(mask, other, lag, 0.5)), `lag ${lag}`).toBeLessThan(5 / Math.sqrt(COUNT - lag));
    }
  });

  it('drops every place equally often over the steps', () => {
    const steps = 4000;
    const kept = new Float64Array(33);
    for (let step = 1; step <= steps; step++) {
      maskOf(0.5, { step, shape: [3, 11] }).forEach((bit, i) => {
        kept[i] += bit;
      });
    }
    for (const count of kept) expect(Math.abs(count - steps / 2)).toBeLessThan(5 * Math.sqrt(steps / 4));
  });

  it('is a function of seed, step and layer alone', () => {
    const options = { seed: 4, step: 9, stream: 2, shape: [5, 7] };
    const first = maskOf(0.3, options);
    maskOf(0.3, { ...options, step: 10 });
    expect(maskOf(0.3, options)).toEqual(first);
  });

  it('fills every place, whether their number is even or odd', () => {
    for (const size of [1, 2, 7, 8]) expect([...maskOf(0.5, { shape: [size] })].every((bit) => bit <= 1)).toBe(true);
  });

  it('keeps all for the rate 0', () => {
    expect(maskOf(0).every((bit) => bit === 1)).toBe(true);
  });

  it('refuses an array of another length', () => {
    const mask: DropoutMask = { kind: 'mask', input: 'mask_0', shape: [2, 3], rate: 0.5, stream: 0 };
    expect(() => fillDropoutMask(mask, 1, 1, new Uint8Array(5))).toThrow('6 places; received an array of 5');
  });

  it('scales by the rate that it really has', () => {
    expect(effectiveRate(0.5)).toBe(0.5);
    expect(effectiveRate(0.3)).toBeCloseTo(0.3, 4);
    expect(effectiveRate(0.3) * 65536).toBe(Math.round(0.3 * 65536));
  });
});
