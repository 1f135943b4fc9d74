import { describe, expect, it } from 'vitest';
import { compareOutputs, isWithin } from './compare-outputs.js';

const rows = (...numbers: number[]) => Float32Array.from(numbers);
const classes = { task: 'multiclass', width: 2, tolerance: 0.01 } as const;

describe('compareOutputs', () => {
  it('finds the largest difference of probabilities, and the images with the same top class', () => {
    const found = compareOutputs(rows(0.5, 0.5, 0.25, 0.75), rows(0.5, 0.5, 0.75, 0.25), classes);
    expect(found).toEqual({ largest_difference: 0.5, tolerance: 0.01, top_1_agreement: 1 });
    expect(isWithin(found)).toBe(false);
  });

  it('takes the values of a regression relative to the largest of their target', () => {
    const found = compareOutputs(rows(1000, 1, 500, 2), rows(1001, 1, 500, 2.5), { ...classes, task: 'regression' });
    expect(found.largest_difference).toBeCloseTo(0.2, 6);
    expect(found.top_1_agreement).toBeNull();
  });

  it('compares targets that are 0 as they are', () => {
    const found = compareOutputs(rows(0, 0.5), rows(0, 0), { ...classes, width: 1, task: 'regression' });
    expect(found.largest_difference).toBe(0.5);
  });

  it('has no top class where an image may have several labels', () => {
    const found = compareOutputs(rows(0.1, 0.2), rows(0.1, 0.2), { ...classes, task: 'multilabel' });
    expect(found).toEqual({ largest_difference: 0, tolerance: 0.01, top_1_agreement: null });
    expect(isWithin(found)).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('finds %f beyond any tolerance', (broken) => {
    expect(isWithin(compareOutputs(rows(broken, 0), rows(0, 0), classes))).toBe(false);
    expect(isWithin(compareOutputs(rows(broken, 0), rows(broken, 0), classes))).toBe(false);
  });

  it('refuses arrays of different lengths', () => {
    expect(() => compareOutputs(rows(1), rows(1, 2), classes)).toThrow('Expected 2 outputs; received 1');
  });
});
