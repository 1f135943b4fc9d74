import { expect, it } from 'vitest';
import { heatAt } from './heat-at.js';

const heat = { layer: 'seen', rows: 2, columns: 3, values: Float32Array.of(0, 0.5, 1, 1, 0.5, 0) };

it('heatAt has the values in the middles of their cells, lines between them, and the outer ones beyond', () => {
  const at = (across: number, down: number) => heatAt(heat, across, down);
  expect([at(1 / 6, 0.25), at(0.5, 0.25), at(5 / 6, 0.25), at(1 / 6, 0.75)].map((v) => Number(v.toFixed(6)))).toEqual([
    0, 0.5, 1, 1,
  ]);
  expect(at(1 / 3, 0.25)).toBeCloseTo(0.25, 6);
  expect(at(0.5, 0.5)).toBeCloseTo(0.5, 6);
  expect(at(1 / 6, 0.5)).toBeCloseTo(0.5, 6);
  expect([at(0, 0), at(1, 0), at(0, 1), at(1, 1)]).toEqual([0, 1, 1, 0]);
});
