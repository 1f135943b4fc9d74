import { describe, expect, it } from 'vitest';
import { classify } from './classification.js';

const FRUIT = ['pear', 'plum', 'apple', 'pickle'];

describe('classify', () => {
  it('gives the highest values first, as the specification shows', () => {
    expect(classify(Float32Array.of(1, 5, 10, 4), FRUIT, 2)).toEqual(['10:2:apple', '5:1:plum']);
  });

  it('goes row by row', () => {
    const values = Float32Array.of(1.1, 3.3, 0.5, 2.4, 0.5, 0.25, 0, 0.25);
    expect(classify(values, FRUIT, 2)).toEqual(['3.3:1:plum', '2.4:3:pickle', '0.5:0:pear', '0.25:1:plum']);
  });

  it('writes values that read back as the same float32', () => {
    const values = Float32Array.from({ length: 64 }, (_, index) => Math.exp(-index) / 3);
    const labels = Array.from(values, (_, index) => `c${index}`);
    for (const text of classify(values, labels, 64)) {
      const [value, index] = text.split(':').map(Number);
      expect(Math.fround(value)).toBe(values[index]);
    }
  });
});
