import { type PredictionTask, PredictResponse } from '@trainyard/contracts';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { toForm } from '../endpoints/answer-form.js';
import { toPredictions } from './predictions.js';

type Settings = Parameters<typeof toForm>[1];

function predictionsOf(
  task: PredictionTask,
  outputs: Float32Array,
  labels: string[],
  { topK = null, ...settings }: Partial<Settings> & { topK?: number | null } = {},
) {
  return toPredictions({ task, outputs }, toForm(labels, { labels: null, thresholds: null, ...settings }), topK);
}

describe('toPredictions', () => {
  it('gives each row its most probable class, whatever the classes are called', () => {
    const labels = ['10', '9', '__proto__'];
    const outputs = Float32Array.of(0.25, 0.5, 0.25, 0.125, 0.125, 0.75);
    const { predictions } = predictionsOf('multiclass', outputs, labels);
    const [first, second] = predictions;
    expect(first).toMatchObject({ label: '9', confidence: 0.5 });
    expect(second).toMatchObject({ label: '__proto__', confidence: 0.75 });
    expect(Object.entries('probabilities' in second ? second.probabilities : {})).toEqual([
      ['9', 0.125],
      ['10', 0.125],
      ['__proto__', 0.75],
    ]);
  });

  it('gives both classes of a binary model their probability', () => {
    expect(predictionsOf('binary', Float32Array.of(0.25, 0.75, 0.5, 0.5), ['cat', 'dog'])).toEqual({
      task: 'binary',
      predictions: [
        { label: 'dog', confidence: 0.75, probabilities: { cat: 0.25, dog: 0.75 } },
        { label: 'cat', confidence: 0.5, probabilities: { cat: 0.5, dog: 0.5 } },
      ],
    });
  });

  it('gives every label from 0.5 on, and none where all are below', () => {
    const outputs = Float32Array.of(0.5, 0.25, 0.75, 0.25, 0.125, 0.375);
    expect(predictionsOf('multilabel', outputs, ['sun', 'sea', 'sand'])).toEqual({
      task: 'multilabel',
      predictions: [
        { labels: ['sun', 'sand'], probabilities: { sun: 0.5, sea: 0.25, sand: 0.75 } },
        { labels: [], probabilities: { sun: 0.25, sea: 0.125, sand: 0.375 } },
      ],
    });
  });

  it('gives the labels that reach their own threshold, or the one of all', () => {
    const outputs = Float32Array.of(0.5, 0.25, 0.75);
    const labels = (thresholds: Settings['thresholds']) => {
      const { predictions } = predictionsOf('multilabel', outputs, ['sun', 'sea', 'sand'], { thresholds });
      return 'labels' in predictions[0] ? predictions[0].labels : null;
    };
    expect(labels(0.25)).toEqual(['sun', 'sea', 'sand']);
    expect(labels({ sea: 0.25, sand: 0.875 })).toEqual(['sun', 'sea']);
  });

  it('takes the second of two classes from the threshold on, or the one that is named', () => {
    const chosen = (thresholds: Settings['thresholds']) =>
      predictionsOf('binary', Float32Array.of(0.75, 0.25, 0.25, 0.75), ['cat', 'dog'], { thresholds }).predictions;
    expect(chosen(0.25)).toMatchObject([{ label: 'dog', confidence: 0.25 }, { label: 'dog' }]);
    expect(chosen(0.875)).toMatchObject([{ label: 'cat' }, { label: 'cat', confidence: 0.25 }]);
    expect(chosen({ cat: 0.25 })).toMatchObject([{ label: 'cat' }, { label: 'cat', confidence: 0.25 }]);
    expect(chosen(null)).toMatchObject([{ label: 'cat' }, { label: 'dog' }]);
  });

  it('names the most probable first, equal ones in the order of the classes, under the names that are shown', () => {
    const outputs = Float32Array.of(0.25, 0.375, 0.125, 0.25);
    const settings = { labels: { b: 'bee' }, topK: 3 };
    const { predictions } = predictionsOf('multiclass', outputs, ['a', 'b', 'c', 'd'], settings);
    expect(predictions[0]).toEqual({
      label: 'bee',
      confidence: 0.375,
      probabilities: { a: 0.25, bee: 0.375, c: 0.125, d: 0.25 },
      top: [
        { label: 'bee', probability: 0.375 },
        { label: 'a', probability: 0.25 },
        { label: 'd', probability: 0.25 },
      ],
    });
  });

  it('gives the values of a regression by target, as they are', () => {
    expect(predictionsOf('regression', Float32Array.of(-3.5, 120, 0.25, 7), ['age', 'weight'])).toEqual({
      task: 'regression',
      predictions: [{ values: { age: -3.5, weight: 120 } }, { values: { age: 0.25, weight: 7 } }],
    });
  });

  it.each(['multiclass', 'binary', 'multilabel', 'regression'] as const)('fits the contract: %s', (task) => {
    const model = { endpoint_id: `ep_${'0'.repeat(26)}`, name: 'a', checkpoint_id: `ckpt_${'0'.repeat(26)}` };
    const timing = { queue_ms: 0, preprocess_ms: 0, compute_ms: 0, total_ms: 0 };
    const answer = { ...predictionsOf(task, Float32Array.of(0.25, 0.75), ['a', 'b']), model, timing };
    expect([...Value.Errors(PredictResponse, answer)]).toEqual([]);
    expect(Value.Check(PredictResponse, { ...answer, predictions: [{ label: 1 }] })).toBe(false);
  });
});
