import { describe, expect, it } from 'vitest';
import { type ComparedPredictions, comparePredictions } from './compare-predictions.js';

/** Of two classes: what each image is and what is said of it. */
function classes(rows: [content: string, label: string, predicted: string][], names = ['cat', 'dog']) {
  return {
    task: 'multiclass' as const,
    count: rows.length,
    names,
    contents: rows.map(([content]) => content),
    labels: Int32Array.from(rows, ([, label]) => names.indexOf(label)),
    predictions: Float32Array.from(
      rows.flatMap(([, , predicted]) => names.map((name) => (name === predicted ? 1 : 0))),
    ),
  };
}

function numbers(
  task: 'regression' | 'multilabel',
  names: string[],
  rows: [string, number[], number[]][],
): ComparedPredictions {
  return {
    task,
    count: rows.length,
    names,
    contents: rows.map(([content]) => content),
    labels: Float32Array.from(rows.flatMap(([, label]) => label)),
    predictions: Float32Array.from(rows.flatMap(([, , predicted]) => predicted)),
  };
}

describe('comparePredictions', () => {
  it('matches images by content and classes by name, and leaves out what is labelled otherwise', () => {
    const first = classes([
      ['1', 'cat', 'cat'],
      ['2', 'dog', 'cat'],
      ['3', 'cat', 'cat'],
      ['4', 'dog', 'dog'],
    ]);
    const second = classes(
      [
        ['4', 'dog', 'dog'],
        ['3', 'dog', 'dog'],
        ['2', 'dog', 'dog'],
        ['1', 'cat', 'cat'],
        ['9', 'cat', 'dog'],
      ],
      ['dog', 'cat'],
    );
    expect(comparePredictions(first, second)).toMatchObject({
      images: 3,
      relabelled: 1,
      figure: 'accuracy',
      values: [2 / 3, 1],
      difference: { value: 1 / 3 },
      outcomes: { both: 2, only_first: 0, only_second: 1, neither: 0 },
      test: { method: 'mcnemar_exact', p_value: 1 },
    });
  });

  it('compares the absolute errors of a target', () => {
    const rows = (offset: number) =>
      Array.from({ length: 8 }, (_, i): [string, number[], number[]] => [`${i}`, [i], [i + offset + i / 64]]);
    const result = comparePredictions(numbers('regression', ['age'], rows(1)), numbers('regression', ['age'], rows(2)));
    // All 8 differences are 1: the exact p-value is 2 / 2⁸.
    expect(result).toMatchObject({ figure: 'absolute_error', difference: { value: 1 }, outcomes: null });
    expect(result).toMatchObject({ test: { method: 'wilcoxon_exact', statistic: 0, p_value: 2 / 256 } });
  });

  it('divides each of several targets by its deviation, in whatever order they come', () => {
    const first = numbers(
      'regression',
      ['x', 'y'],
      [
        ['a', [0, 0], [1, 100]],
        ['b', [2, 200], [3, 300]],
      ],
    );
    const second = numbers(
      'regression',
      ['y', 'x'],
      [
        ['a', [0, 0], [0, 0]],
        ['b', [200, 2], [200, 2]],
      ],
    );
    expect(comparePredictions(first, second)).toMatchObject({ figure: 'standardized_error', values: [1, 0] });
  });

  it('compares the share of wrong labels', () => {
    const first = numbers('multilabel', ['p', 'q'], [['a', [1, 0], [0.9, 0.8]]]);
    const second = numbers('multilabel', ['p', 'q'], [['a', [1, 0], [0.2, 0.8]]]);
    expect(comparePredictions(first, second)).toMatchObject({ figure: 'hamming_loss', values: [0.5, 1] });
  });

  it('says why there is nothing to compare', () => {
    const cats = classes([['1', 'cat', 'cat']]);
    const age = numbers('regression', ['age'], [['1', [1], [1]]]);
    expect(comparePredictions(cats, age)).toEqual({ reason: expect.stringContaining('regression') });
    expect(comparePredictions(cats, classes([['2', 'cat', 'cat']]))).toEqual({
      reason: 'no image is in the test sets of both',
    });
    expect(comparePredictions(age, numbers('regression', ['size'], [['1', [1], [1]]]))).toHaveProperty('reason');
  });
});
