// Figures of evaluations against scikit-learn's; oracles/sklearn_evaluation.py writes the file.
import { readFileSync } from 'node:fs';
import { evaluatePredictions, type LabelledPredictions, temperatureScaling } from '@trainyard/analysis';
import type { EvaluationKind } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';

interface Rows {
  task: EvaluationKind;
  labels: number[];
  predictions: number[];
  width: number;
}

interface Case extends Rows {
  name: string;
  /** As the result has them, without what scikit-learn has not. */
  expected: Record<string, unknown>;
  /** The rows of each list, in its order. */
  mistakes?: number[];
  label_errors?: number[];
}

interface TemperatureCase extends Rows {
  temperature: number;
  log_loss_after: number;
}

const FILE = new URL('./oracles/sklearn-evaluation.json', import.meta.url);
const { cases, temperatures }: { cases: Case[]; temperatures: TemperatureCase[] } = JSON.parse(
  readFileSync(FILE, 'utf8'),
);

const TOLERANCE = 1e-9;

function rowsOf({ task, labels, predictions, width }: Rows): LabelledPredictions {
  const isClass = task === 'multiclass' || task === 'binary';
  return {
    task,
    count: predictions.length / width,
    names: Array.from({ length: width }, (_, place) => `class ${place}`),
    predictions: Float64Array.from(predictions),
    labels: isClass ? Int32Array.from(labels) : Float64Array.from(labels),
  };
}

/** Where `found` is not what is expected, field by field; fields that are not expected are left out. */
function differences(found: unknown, expected: unknown, path = ''): string[] {
  if (typeof expected === 'number' && typeof found === 'number') {
    const isClose = Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
    return isClose ? [] : [`${path}: expected ${expected}; received ${found}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return [`${path}: not ${expected.length} items`];
    return expected.flatMap((item, place) => differences(found[place], item, `${path}/${place}`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof found !== 'object' || found === null) return [`${path}: expected an object; received ${found}`];
    const fields: Record<string, unknown> = { ...found };
    return Object.entries(expected).flatMap(([name, value]) => differences(fields[name], value, `${path}/${name}`));
  }
  return Object.is(found, expected) ? [] : [`${path}: expected ${expected}; received ${found}`];
}

describe('evaluatePredictions', () => {
  it.each(cases)('agrees with scikit-learn on $name ($task)', (one) => {
    const result = evaluatePredictions(rowsOf(one), (row) => `${row}.png`);
    expect(differences(result, one.expected)).toEqual([]);
    if (one.mistakes) {
      expect(result.mistakes.map(({ index }) => index)).toEqual(one.mistakes.slice(0, 50));
      expect(result.mistake_count).toBe(one.mistakes.length);
    }
    if (one.label_errors) expect(result.label_errors?.images.map(({ index }) => index)).toEqual(one.label_errors);
  });

  it('would notice a figure that is off by a millionth', () => {
    const [one] = cases;
    const result = evaluatePredictions(rowsOf(one), String);
    const found = { ...result, balanced_accuracy: (result.balanced_accuracy ?? 0) * (1 + 1e-6) };
    expect(differences(found, one.expected)).toHaveLength(1);
  });

  it('covers every task, and labels that are wrong', () => {
    expect(new Set(cases.map(({ task }) => task))).toEqual(
      new Set(['multiclass', 'binary', 'multilabel', 'regression']),
    );
    const wrong = cases.find(({ name }) => name === 'labels that are wrong');
    expect(wrong?.label_errors?.length).toBeGreaterThan(5);
  });
});

describe('temperatureScaling', () => {
  it.each(temperatures)('finds the temperature that SciPy finds ($task)', (one) => {
    const rows = rowsOf(one);
    const found = temperatureScaling({ ...rows, split: 'validation' }, rows);
    expect(found?.at_bound).toBe(false);
    expect(found?.temperature).toBeCloseTo(one.temperature, 8);
    expect(found?.fitted_on.log_loss_after).toBeCloseTo(one.log_loss_after, 9);
    expect(found?.fitted_on.log_loss_after).toBeLessThan(found?.fitted_on.log_loss_before ?? 0);
    expect(found?.calibration.log_loss).toBeCloseTo(one.log_loss_after, 9);
  });
});
