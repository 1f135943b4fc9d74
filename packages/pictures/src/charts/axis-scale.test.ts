import { describe, expect, it } from 'vitest';
import { namedScale, scaleOf } from './axis-scale.js';

const texts = (scale: ReturnType<typeof scaleOf>) => scale.ticks.map(({ text }) => text);

describe('scaleOf', () => {
  it('ends at the values, or at round numbers around them', () => {
    expect(scaleOf([3, 7.2], { wanted: 5 })).toMatchObject({ low: 3, high: 7.2 });
    expect(scaleOf([3, 7.2], { wanted: 5, round: true })).toMatchObject({ low: 3, high: 8 });
    expect(scaleOf([0.2, 0.91], { wanted: 5, round: true, domain: [0, 1] })).toMatchObject({ low: 0, high: 1 });
  });

  it('writes as many decimals as tell ticks apart, and whole numbers for whole values', () => {
    expect(texts(scaleOf([0, 1], { wanted: 5, domain: [0, 1] }))).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(texts(scaleOf([1, 3], { wanted: 10 }))).toEqual(['1', '2', '3']);
    expect(texts(scaleOf([-0.004, 0.004], { wanted: 4 }))).toEqual(['−0.004', '−0.002', '0.000', '0.002', '0.004']);
    expect(texts(scaleOf([0, 60_000], { wanted: 3 }))).toEqual(['0', '20,000', '40,000', '60,000']);
  });

  it('is logarithmic where it is asked to, and has no place for what has no logarithm', () => {
    const scale = scaleOf([1e-4, 1, 0], { log: true, wanted: 8 });
    expect(texts(scale)).toEqual(['0.0001', '0.001', '0.01', '0.1', '1']);
    expect(scale.place(0.01)).toBeCloseTo(0.5, 12);
    expect(scale.place(0)).toBeNaN();
    expect(texts(scaleOf([0.1, 2], { log: true, wanted: 8 }))).toEqual(['0.1', '0.2', '0.5', '1', '2']);
  });

  it('stands around a single value, and takes none at all', () => {
    expect(scaleOf([5], { wanted: 4 }).place(5)).toBe(0.5);
    expect(scaleOf([0], { wanted: 4 }).place(0)).toBe(0.5);
    expect(scaleOf([Number.NaN], { wanted: 4 })).toMatchObject({ low: 0, high: 1 });
  });
});

describe('namedScale', () => {
  it('puts names in the middle of equal parts', () => {
    const scale = namedScale(['sgd', 'adam']);
    expect(scale.ticks.map(({ at }) => scale.place(at))).toEqual([0.25, 0.75]);
  });
});
