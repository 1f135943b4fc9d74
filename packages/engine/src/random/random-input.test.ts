import { describe, expect, it } from 'vitest';
import { allocateRandom, fillRandom, type NoiseInput, type RandomInput } from './random-input.js';

const noise: NoiseInput = { kind: 'noise', input: 'noise_0', shape: [4, 5000], stream: 0 };
const mask: RandomInput = { kind: 'mask', input: 'mask_1', shape: [4, 50], rate: 0.3, stream: 1 };

function fill(input: RandomInput, firstStep: number, steps = 1, seed = 3) {
  const out = allocateRandom(input, steps);
  fillRandom(input, seed, firstStep, out);
  return out;
}

describe('random inputs', () => {
  it.each([noise, mask])('of $kind: a block of steps holds what each step gets alone', (input) => {
    const block = fill(input, 5, 3);
    const size = block.length / 3;
    for (let k = 0; k < 3; k++) expect(block.slice(k * size, (k + 1) * size)).toEqual(fill(input, 5 + k));
  });

  it.each([noise, mask])('of $kind: differ by step, seed and layer', (input) => {
    const first = fill(input, 1);
    expect(fill(input, 1)).toEqual(first);
    expect(fill(input, 2)).not.toEqual(first);
    expect(fill(input, 1, 1, 4)).not.toEqual(first);
    expect(fill({ ...input, stream: 9 }, 1)).not.toEqual(first);
  });

  it('refuse memory of another type', () => {
    expect(() => fillRandom(noise, 0, 1, new Uint8Array(20_000))).toThrow(/another type/);
  });
});

describe('noise', () => {
  const values = Float32Array.from(fill(noise, 1));
  const count = values.length;
  const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / count;

  // Four standard errors of each estimate over 20,000 numbers.
  it('has the moments of a standard normal variable', () => {
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
  });

  it('does not repeat itself: neighbours and pairs are independent', () => {
    for (const lag of [1, 2, 7, 5000]) {
      let sum = 0;
      for (let i = lag; i < count; i++) sum += values[i] * values[i - lag];
      expect(Math.abs(sum / (count - lag)), `lag ${lag}`).toBeLessThan(4 / Math.sqrt(count - lag));
    }
  });

  it('fills an odd number of places', () => {
    expect(fill({ ...noise, shape: [3] }, 1)).toEqual(fill(noise, 1).slice(0, 3));
  });
});
