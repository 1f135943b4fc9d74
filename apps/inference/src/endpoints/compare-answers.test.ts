import { describe, expect, it } from 'vitest';
import { toForm } from './answer-form.js';
import { compareAnswers } from './compare-answers.js';

const PLAIN = { labels: null, thresholds: null };

describe('compareAnswers', () => {
  it('counts images of the same class, and the differences of all probabilities', () => {
    const form = toForm(['a', 'b'], PLAIN);
    const given = { task: 'multiclass' as const, outputs: Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5) };
    const other = { task: 'multiclass' as const, outputs: Float32Array.of(0.5, 0.5, 0.75, 0.25, 0.625, 0.375) };
    expect(compareAnswers(given, other, form)).toEqual({
      images: 3,
      agreed: 2,
      values: 6,
      differenceSum: 2 * (0.25 + 0.5 + 0.125),
      differenceMax: 0.5,
    });
  });

  it('asks for the same set of labels, by the thresholds of the endpoint', () => {
    const given = { task: 'multilabel' as const, outputs: Float32Array.of(0.75, 0.375) };
    const other = { task: 'multilabel' as const, outputs: Float32Array.of(0.75, 0.25) };
    expect(compareAnswers(given, other, toForm(['a', 'b'], PLAIN)).agreed).toBe(1);
    expect(compareAnswers(given, other, toForm(['a', 'b'], { ...PLAIN, thresholds: { b: 0.375 } })).agreed).toBe(0);
  });

  it('says of numbers only how far apart they are', () => {
    const given = { task: 'regression' as const, outputs: Float32Array.of(7, -2) };
    const other = { task: 'regression' as const, outputs: Float32Array.of(7, 2) };
    const compared = compareAnswers(given, other, toForm(['a', 'b'], PLAIN));
    expect(compared).toMatchObject({ images: 1, agreed: 0, differenceSum: 4, differenceMax: 4 });
  });
});
