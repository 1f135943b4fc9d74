import { describe, expect, it } from 'vitest';
import { principalAxes } from './principal-axes.js';

describe('principal axes', () => {
  it('are the directions of the largest variance, at right angles', () => {
    const along = [0.6, 0.8, 0];
    const across = [-0.8, 0.6, 0];
    const rows = new Float32Array(3 * 400);
    for (let row = 0; row < 400; row++) {
      const [far, near] = [10 * Math.sin(row * 1.7), 2 * Math.cos(row * 2.9)];
      for (let at = 0; at < 3; at++) rows[row * 3 + at] = 5 + far * along[at] + near * across[at];
    }
    const { mean, axes, variances } = principalAxes(rows, 3);
    for (const value of mean) expect(value).toBeCloseTo(5, 0);
    expect(Math.abs(axes[0].reduce((sum, value, at) => sum + value * along[at], 0))).toBeCloseTo(1, 3);
    expect(Math.abs(axes[1].reduce((sum, value, at) => sum + value * across[at], 0))).toBeCloseTo(1, 3);
    expect(variances[0]).toBeCloseTo(50, 0);
    expect(variances[1]).toBeCloseTo(2, 0);
    expect(variances[2]).toBeCloseTo(0, 5);
  });

  it('may be of rows that are all the same', () => {
    const { variances } = principalAxes(new Float32Array(8).fill(3), 2);
    expect(variances).toEqual([0, 0]);
  });
});
