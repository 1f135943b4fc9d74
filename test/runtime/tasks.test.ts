// Every task through the fit loop, on arrays whose answer is known.
import { METRICS, type MetricOptions, type TrainingOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, fitOn, generator } from './fitting.js';

const SIDE = 6;
const PIXELS = SIDE * SIDE;
const IMAGE = { width: SIDE, height: SIDE, channels: 1 } as const;

/** Brightness of the left and of the right half of an image, each from 0 to 1. */
interface Halves {
  readonly left: number;
  readonly right: number;
}

/** Images with halves of random brightness and some noise, and labels that `labelsOf` makes of the brightness. */
function data(labelsOf: (all: readonly Halves[]) => Int32Array | Float32Array): TrainingData {
  const split = (count: number, seed: number) => {
    const random = generator(seed);
    const halves = Array.from({ length: count }, () => ({ left: random(), right: random() }));
    const images = Uint8Array.from({ length: count * PIXELS }, (_, i) => {
      const { left, right } = halves[Math.floor(i / PIXELS)];
      return Math.floor((i % SIDE < SIDE / 2 ? left : right) * 240 + random() * 15);
    });
    return arraySplit(images, labelsOf(halves), PIXELS);
  };
  return { splits: { train: split(250, 11), validation: split(90, 12), test: split(30, 13) } };
}

const HIDDEN = [{ type: 'flatten' }, { type: 'dense', units: 16, activation: 'tanh' }];
const ADAM = { type: 'adam', learning_rate: 0.01 } as const;

const brighter = data((all) => Int32Array.from(all, ({ left, right }) => (left > right ? 1 : 0)));
const isBright = data((all) => Float32Array.from(all.flatMap(({ left, right }) => [left, right].map(Math.round))));
const brightness = data((all) => Float32Array.from(all.flatMap(({ left, right }) => [left + right, left - 2 * right])));

async function lastEpoch(
  output: object,
  task: 'multiclass' | 'multilabel' | 'regression',
  on: TrainingData,
  training: TrainingOptions,
) {
  const options = { epochs: 30, batch_size: 32, optimizer: ADAM, ...training };
  const fitted = await fitOn([...HIDDEN, output], { image: IMAGE, classes: 2, task }, on, options);
  return { ...fitted, last: fitted.epochs[fitted.epochs.length - 1] };
}

describe('a binary training', () => {
  const output = { type: 'dense', units: 1, activation: 'sigmoid' };

  it('takes binary cross-entropy by itself and learns which half is brighter', async () => {
    const { training, model, last } = await lastEpoch(output, 'multiclass', brighter, {});
    expect(model.head.task).toBe('binary');
    expect(training.loss).toEqual({ type: 'binary_crossentropy' });
    expect(last.train.accuracy).toBeGreaterThan(0.95);
    expect(last.validation?.accuracy).toBeGreaterThan(0.93);
  });

  it.each(['focal', 'hinge'] as const)('learns with the loss %s', async (loss) => {
    const activation = loss === 'hinge' ? 'tanh' : 'sigmoid';
    const { last } = await lastEpoch({ ...output, activation }, 'multiclass', brighter, { loss });
    expect(last.validation?.accuracy).toBeGreaterThan(0.93);
  });

  it('reports precision, recall, F1 of each class and AUC where they are asked for', async () => {
    const metrics: MetricOptions[] = ['accuracy', 'precision', 'recall', 'f1', 'auc'];
    const { last, steps } = await lastEpoch(output, 'multiclass', brighter, { metrics });
    const { precision, recall, f1, auc, ...others } = last.validation ?? {};
    for (const figure of [precision, recall, f1, auc]) expect(figure).toBeGreaterThan(0.9);
    expect(Object.keys(others).sort()).toEqual(['accuracy', 'f1/class 0', 'f1/class 1', 'loss']);
    expect(f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
    // The area under the curve needs every prediction at once, so that the running figures do without.
    expect(last.train).not.toHaveProperty('auc');
    expect(steps[0].accuracy).toBeGreaterThan(0);
  });

  it('learns the rare class when it is weighted', async () => {
    const rare = data((all) => Int32Array.from(all, ({ left, right }) => (left - right > 0.75 ? 1 : 0)));
    const options: TrainingOptions = { epochs: 6, metrics: ['recall'] };
    const shape = { image: IMAGE, classes: 2, task: 'multiclass' } as const;
    const fitWith = (class_weights: TrainingOptions['class_weights']) =>
      fitOn(
        [...HIDDEN, output],
        shape,
        rare,
        { batch_size: 32, optimizer: ADAM, ...options, class_weights },
        {
          classNames: ['no', 'yes'],
        },
      );
    const plain = await fitWith(undefined);
    const weighted = await fitWith({ yes: 25 });
    expect(weighted.training.class_weights).toEqual([1, 25]);
    expect(plain.epochs[5].validation?.recall).toBeLessThan(0.3);
    expect(weighted.epochs[5].validation?.recall).toBeGreaterThan(0.9);
  });
});

describe('a multi-label training', () => {
  const output = { type: 'dense', units: 'classes', activation: 'sigmoid' };

  it.each(['binary_crossentropy', 'focal'] as const)('learns every label at once with %s', async (loss) => {
    const metrics: MetricOptions[] = ['accuracy', 'f1', 'auc'];
    const { last, model } = await lastEpoch(output, 'multilabel', isBright, { loss, metrics });
    expect(model.head.task).toBe('multilabel');
    expect(last.validation?.accuracy).toBeGreaterThan(0.93);
    expect(last.validation?.auc).toBeGreaterThan(0.98);
    expect(Object.keys(last.validation ?? {})).toContain('f1/class 1');
  });
});

describe('a regression', () => {
  const output = { type: 'dense', units: 'classes' };

  it.each(['mse', 'mae', 'huber'] as const)('learns two targets with %s', async (loss) => {
    const { last, model } = await lastEpoch(output, 'regression', brightness, { loss, epochs: 60 });
    expect(model.head.task).toBe('regression');
    // The targets have deviations of 0.41 and 0.65, which is what a constant answer would be off by.
    expect(last.validation?.rmse).toBeLessThan(0.1);
    expect(last.validation?.mae).toBeLessThan(last.validation?.rmse ?? 0);
    expect(last.train).toHaveProperty('rmse');
  });

  it('learns targets in any unit, which it answers in', async () => {
    const prices = data((all) => Float32Array.from(all, ({ left, right }) => 250_000 + 40_000 * (left - right)));
    const targets = { mean: [250_000], std: [16_330] };
    const shape = { image: IMAGE, classes: 1, task: 'regression', targets } as const;
    const options: TrainingOptions = { epochs: 20, batch_size: 32, optimizer: ADAM };
    const { epochs } = await fitOn([...HIDDEN, output], shape, prices, options);
    const last = epochs[19].validation ?? {};
    expect(last.rmse).toBeLessThan(4000);
    // The loss is of standardised targets.
    expect(last.loss).toBeCloseTo((last.rmse / 16_330) ** 2, 4);
  });

  it('takes the mean squared error, mae and rmse by itself, and has no accuracy', async () => {
    const { training, steps, last } = await lastEpoch(output, 'regression', brightness, { epochs: 1 });
    expect(training.loss).toEqual({ type: 'mse' });
    const each = ['mae/class 0', 'mae/class 1', 'rmse', 'rmse/class 0', 'rmse/class 1'];
    expect(Object.keys(last.validation ?? {}).sort()).toEqual(['loss', 'mae', ...each]);
    expect(last.validation?.loss).toBeCloseTo((last.validation?.rmse ?? 0) ** 2, 5);
    expect(steps[0]).not.toHaveProperty('accuracy');
  });
});

describe('a multi-class training', () => {
  const output = { type: 'dense', units: 'classes', activation: 'softmax' };
  const quarters = data((all) => Int32Array.from(all, ({ left, right }) => 2 * Math.round(left) + Math.round(right)));

  it('reports every metric that it may have', async () => {
    const metrics = Object.keys(METRICS).filter((name) => name !== 'mae' && name !== 'rmse') as MetricOptions[];
    const options: TrainingOptions = { epochs: 20, batch_size: 32, optimizer: ADAM, metrics, label_smoothing: 0.1 };
    const shape = { image: IMAGE, classes: 4, task: 'multiclass' } as const;
    const { epochs } = await fitOn([...HIDDEN, output], shape, quarters, options);
    const figures = epochs[19].validation ?? {};
    expect(figures.accuracy).toBeGreaterThan(0.85);
    expect(figures.top_k_accuracy).toBe(1);
    expect(figures.auc).toBeGreaterThan(0.97);
    expect(figures.f1).toBeGreaterThan(0.85);
  });
});
