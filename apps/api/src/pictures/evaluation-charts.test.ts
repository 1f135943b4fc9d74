import { evaluatePredictions, type LabelledPredictions } from '@trainyard/analysis';
import type { EvaluationResult } from '@trainyard/contracts';
import { drawChart } from '@trainyard/pictures';
import { describe, expect, it } from 'vitest';
import { type ChartedPicture, evaluationChart } from './evaluation-charts.js';

function resultOf(rows: LabelledPredictions): EvaluationResult {
  return { ...evaluatePredictions(rows, String), split: 'test', metrics: {} };
}

/** Each image of a class is taken for the next one, for those from `confusedFrom` on. */
function classes(count: number, confusedFrom: number): EvaluationResult {
  const names = Array.from({ length: count }, (_, place) => `class ${place}`);
  const labels = Int32Array.from({ length: 3 * count }, (_, row) => row % count);
  const predictions = new Float32Array(labels.length * count).fill(0.1);
  labels.forEach((label, row) => {
    predictions[row * count + (label < confusedFrom ? label : (label + 1) % count)] = 0.9;
  });
  return resultOf({ task: 'multiclass', count: labels.length, names, labels, predictions });
}

const isPng = (bytes: Uint8Array) => Buffer.from(bytes.subarray(1, 4)).toString() === 'PNG';

describe('evaluationChart', () => {
  it('draws every figure of classes', () => {
    const result = classes(3, 2);
    const names: ChartedPicture[] = ['confusion', 'roc', 'precision-recall', 'reliability'];
    for (const name of names) expect(isPng(drawChart(evaluationChart(result, name)))).toBe(true);
  });

  it('shows the classes that are confused most where there are many, as shares of each', () => {
    const chart = evaluationChart(classes(50, 40), 'confusion');
    if (chart.type !== 'heatmap') throw new Error('expected a heatmap');
    expect(chart.rows).toHaveLength(30);
    for (let place = 40; place < 50; place++) expect(chart.rows).toContain(`class ${place}`);
    expect(Math.max(...chart.values.flat())).toBe(1);
    expect(chart.title).toContain('30 most confused of 50');
  });

  it('shows the worst curves where there are many', () => {
    const chart = evaluationChart(classes(50, 40), 'roc');
    if (chart.type !== 'line') throw new Error('expected lines');
    expect(chart.series.map(({ name }) => Number(/^class (\d+),/.exec(name)?.[1])).sort((a, b) => a - b)).toEqual([
      40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
    ]);
  });

  it('shows how each label was judged, and the residuals of numbers', () => {
    const labels = Float32Array.from([1, 0, 1, 1]);
    const predictions = Float32Array.from([0.9, 0.8, 0.2, 0.7]);
    const rows = { count: 2, names: ['tree', 'car'], labels, predictions };
    const chart = evaluationChart(resultOf({ task: 'multilabel', ...rows }), 'confusion');
    if (chart.type !== 'heatmap') throw new Error('expected a heatmap');
    expect(Object.fromEntries(chart.rows.map((name, row) => [name, chart.values[row]]))).toEqual({
      tree: [1, 1, 0, 0],
      car: [1, 0, 1, 0],
    });
    const residuals = evaluationChart(resultOf({ task: 'regression', ...rows }), 'residuals');
    expect(isPng(drawChart(residuals))).toBe(true);
  });
});
