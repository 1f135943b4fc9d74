// What scikit-learn refuses or does not have; the rest is held against it in test/evaluation.
import { describe, expect, it } from 'vitest';
import { evaluatePredictions, temperatureScaling } from './evaluate-predictions.js';
import type { LabelledPredictions } from './predictions.js';
import { thinCurve } from './thin-curve.js';

const names = ['cat', 'dog'];
const fileOf = (row: number) => `${row}.png`;

function rowsOf(labels: number[], predictions: number[], more: Partial<LabelledPredictions> = {}): LabelledPredictions {
  return {
    task: 'multiclass',
    count: labels.length,
    names,
    predictions: Float32Array.from(predictions),
    labels: Int32Array.from(labels),
    ...more,
  };
}

describe('evaluatePredictions', () => {
  it.each(['multiclass', 'binary', 'multilabel', 'regression'] as const)('has no figures of no images (%s)', (task) => {
    const result = evaluatePredictions(rowsOf([], [], { task }), fileOf);
    expect(result).toMatchObject({ task, count: 0, mistakes: [] });
    expect(result.calibration).toBeUndefined();
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
    if (task === 'regression') expect(result.targets).toEqual([]);
    else expect(result.accuracy).toMatchObject({ value: 0, low: 0, high: 1 });
  });

  it('names the images that it is most wrong about, the worst first', () => {
    const { mistakes, mistake_count, most_confused } = evaluatePredictions(
      rowsOf([0, 1, 0, 1], [0.25, 0.75, 0.5, 0.5, 0.125, 0.875, 0.25, 0.75]),
      fileOf,
    );
    expect(mistake_count).toBe(3);
    expect(mistakes.map(({ file }) => file)).toEqual(['2.png', '0.png', '1.png']);
    expect(mistakes[0]).toMatchObject({ label: 'cat', predicted: 'dog', label_probability: 0.125 });
    expect(most_confused).toEqual([
      { label: 'cat', predicted: 'dog', count: 2, share: 1 },
      { label: 'dog', predicted: 'cat', count: 1, share: 0.5 },
    ]);
  });

  it('suspects a label that all the others speak against, where there are several labels too', () => {
    const probabilities = [0.9, 0.1, 0.8, 0.2, 0.85, 0.1, 0.9, 0.9, 0.1, 0.9, 0.05, 0.2];
    const labels = Float32Array.from([1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0]);
    const rows = rowsOf([0, 0, 0, 0, 0, 0], probabilities, { task: 'multilabel', labels });
    const { label_errors } = evaluatePredictions(rows, fileOf);
    expect(label_errors?.images.map(({ file }) => file)).toEqual(['5.png']);
    expect(label_errors?.pairs).toEqual([{ label: 'cat', suggested: 'cat or not', count: 1 }]);
  });

  it('puts the errors of a regression in order of their deviations', () => {
    const labels = Float32Array.from([0, 100, 1, 200, 2, 300]);
    const predictions = Float32Array.from([0, 110, 1.9, 200, 2, 300]);
    const rows = { task: 'regression' as const, count: 3, names: ['x', 'y'], predictions, labels };
    const { mistakes } = evaluatePredictions(rows, fileOf);
    expect(mistakes.map(({ index }) => index)).toEqual([1, 0, 2]);
    expect(mistakes[0]).toMatchObject({ values: { x: 1, y: 200 }, file: '1.png' });
  });
});

describe('temperatureScaling', () => {
  it('says where the best temperature lies beyond those that it tries', () => {
    const right = { ...rowsOf([0, 1], [0.9, 0.1, 0.2, 0.8]), split: 'validation' as const };
    expect(temperatureScaling(right, right)).toMatchObject({ temperature: 0.01, at_bound: true });
    const wrong = { ...rowsOf([1, 0], [0.9, 0.1, 0.2, 0.8]), split: 'validation' as const };
    expect(temperatureScaling(wrong, wrong)).toMatchObject({ temperature: 100, at_bound: true });
  });

  it('takes probabilities that float32 rounds to 0 or 1', () => {
    const rows = rowsOf([0, 1, 1, 0], [0, 1, 0, 1, 0, 1, 1, 0]);
    for (const task of ['multiclass', 'binary'] as const) {
      const found = temperatureScaling({ ...rows, task, split: 'validation' }, { ...rows, task });
      expect(found?.at_bound).toBe(false);
      expect(Number.isFinite(found?.calibration.log_loss)).toBe(true);
    }
  });
});

describe('thinCurve', () => {
  it('keeps the ends and points along the whole curve', () => {
    const points = Array.from({ length: 1000 }, (_, i): [number, number, number] => [i / 999, (i / 999) ** 0.1, -i]);
    const thin = thinCurve(points, 50);
    expect(thin.length).toBeLessThanOrEqual(50);
    expect(thin.length).toBeGreaterThan(40);
    expect([thin[0], thin[thin.length - 1]]).toEqual([points[0], points[999]]);
    const gaps = thin.slice(1).map(([x, y], i) => x - thin[i][0] + y - thin[i][1]);
    expect(Math.max(...gaps.slice(1))).toBeLessThan(0.1);
  });
});
