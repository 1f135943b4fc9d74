// What a training may be told beside its loss: schedules, averages, penalties and bounds, and that it resumes with them.
import type { TrainingOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { relativeError } from '../engine/numbers.js';
import { arraySplit, type FitSettings, type Fitted, fitOn, generator, resumeOf, weightsOf } from './fitting.js';

const SIDE = 6;
const PIXELS = SIDE * SIDE;
const STEPS = 4;

/** Noise around a brightness that goes with the class. */
const data: TrainingData = {
  splits: { train: split(60, 1), validation: split(30, 2), test: split(10, 3) },
};

function split(count: number, seed: number) {
  const random = generator(seed);
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * 3));
  const images = Uint8Array.from(
    { length: count * PIXELS },
    (_, i) => 70 * labels[Math.floor(i / PIXELS)] + random() * 80,
  );
  return arraySplit(images, labels, PIXELS);
}

const conv = { type: 'conv2d', filters: 4, kernel_size: 3 };
const output = { type: 'dense', units: 'classes', activation: 'softmax' };
const PLAIN = [{ ...conv, activation: 'tanh' }, { type: 'flatten' }, output];
const NOISY = [
  { type: 'gaussian_noise', stddev: 0.1 },
  { ...conv, use_bias: false },
  { type: 'batch_normalization', momentum: 0.8 },
  { type: 'activation', activation: 'relu' },
  { type: 'spatial_dropout2d', rate: 0.25 },
  { type: 'flatten' },
  output,
];

function run(layers: readonly object[], options: TrainingOptions, settings?: FitSettings): Promise<Fitted> {
  const training = { batch_size: 16, epochs: 2, optimizer: { type: 'adam', learning_rate: 0.01 }, ...options } as const;
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  return fitOn(layers, { image, classes: 3, task: 'multiclass' }, data, training, settings);
}

const ratesOf = ({ steps }: Fitted) => steps.map(({ learning_rate }) => learning_rate);

describe('the learning rate', () => {
  it('rises in the warm-up and falls by the schedule, step by step', async () => {
    const schedule = { type: 'cosine', warmup_steps: 3, warmup_start_factor: 0 } as const;
    const rates = ratesOf(await run(PLAIN, { schedule }));
    expect(rates).toHaveLength(2 * STEPS);
    const expected = rates.map((_, i) => (i < 3 ? (0.01 * i) / 3 : 0.005 * (1 + Math.cos((Math.PI * (i - 3)) / 5))));
    expect(relativeError(rates, expected)).toBeLessThan(1e-9);
  });

  it('falls when a figure stays where it is, and a resumed training knows since when', async () => {
    const options: TrainingOptions = {
      epochs: 5,
      optimizer: { type: 'sgd', learning_rate: 1e-9 },
      schedule: { type: 'reduce_on_plateau', patience: 2, factor: 0.5 },
    };
    const whole = await run(PLAIN, options);
    const rates = whole.epochs.map(({ learning_rate }) => learning_rate / 1e-9);
    expect(relativeError(rates, [1, 1, 1, 0.5, 0.5])).toBeLessThan(1e-9);
    const rest = await run(PLAIN, options, { start: resumeOf(whole.snapshots[1]) });
    expect(rest.epochs.map(({ learning_rate }) => learning_rate)).toEqual(
      whole.epochs.slice(2).map(({ learning_rate }) => learning_rate),
    );
    expect(rest.snapshots[2].position).toEqual(whole.snapshots[4].position);
  });
});

describe('averaged weights', () => {
  it('follow the weights, are what is evaluated, and resume', async () => {
    const options: TrainingOptions = { ema: { decay: 0.9 }, epochs: 3 };
    const whole = await run(NOISY, options);
    const plain = await run(NOISY, { epochs: 3 });
    const last = weightsOf(whole.snapshots[2]);
    expect(last['conv2d/kernel']).toEqual(weightsOf(plain.snapshots[2])['conv2d/kernel']);
    expect(last['average/conv2d/kernel']).not.toEqual(last['conv2d/kernel']);
    expect(Object.keys(last)).not.toContain('average/batch_normalization/moving_mean');
    expect(whole.epochs[2].train.loss).toBe(plain.epochs[2].train.loss);
    expect(whole.epochs[2].validation?.loss).not.toBe(plain.epochs[2].validation?.loss);
    const rest = await run(NOISY, options, { start: resumeOf(whole.snapshots[0]) });
    expect(weightsOf(rest.snapshots[1])).toEqual(last);
  });

  it('start at the initial weights', async () => {
    const frozen = await run(PLAIN, {
      ema: { decay: 0.5 },
      optimizer: { type: 'sgd', learning_rate: 1e-30 },
      epochs: 1,
    });
    const weights = weightsOf(frozen.snapshots[0]);
    expect(weights['average/dense/kernel']).toEqual(weights['dense/kernel']);
  });
});

describe('a network with running statistics and every kind of noise', () => {
  it('gives the same bits each time, resumed or not, and in blocks of several steps', async () => {
    const whole = await run(NOISY, { epochs: 3 });
    const again = await run(NOISY, { epochs: 3 });
    expect(weightsOf(again.snapshots[2])).toEqual(weightsOf(whole.snapshots[2]));
    const rest = await run(NOISY, { epochs: 3 }, { start: resumeOf(whole.snapshots[0]) });
    expect(weightsOf(rest.snapshots[1])).toEqual(weightsOf(whole.snapshots[2]));
    const single = await run(NOISY, { epochs: 3 }, { stepsPerRun: 1 });
    single.steps.forEach(({ loss }, i) => {
      expect(loss).toBeCloseTo(whole.steps[i].loss, 5);
    });
  });

  it('does so with products in float16, whose scale of the loss is carried on', async () => {
    const options = { epochs: 3, precision: 'mixed_float16' } as const;
    const whole = await run(NOISY, options);
    const rest = await run(NOISY, options, { start: resumeOf(whole.snapshots[0]) });
    const last = weightsOf(whole.snapshots[2]);
    expect(weightsOf(rest.snapshots[1])).toEqual(last);
    expect([...last['optimizer/loss_scale'], ...last['optimizer/loss_scale_good_steps']]).toEqual([2 ** 15, 3 * STEPS]);
  });

  it('takes its statistics from the images, not from what fills up a short batch', async () => {
    const layers = [{ type: 'batch_normalization', momentum: 0, name: 'bn' }, { type: 'flatten' }, output];
    const { snapshots } = await run(layers, { epochs: 1, batch_size: 50, seed: 4 }, { stepsPerRun: 1 });
    const { 'bn/moving_mean': mean, 'bn/moving_variance': variance } = weightsOf(snapshots[0]);
    // Ten images of 60 are left for the last batch; zeros beside them would pull the mean to a fifth.
    const bright = (70 + 40) / 255;
    expect(mean[0]).toBeGreaterThan(bright * 0.6);
    expect(variance[0]).toBeLessThan(0.1);
  });
});

describe('frozen layers', () => {
  it('keep their weights and statistics, and have no slots', async () => {
    const layers = NOISY.map((layer, i) => (i === 1 || i === 2 ? { ...layer, trainable: false } : layer));
    const { snapshots, model, epochs } = await run(layers, { epochs: 3 });
    const [first, last] = [weightsOf(snapshots[0]), weightsOf(snapshots[2])];
    for (const name of ['conv2d/kernel', 'batch_normalization/gamma', 'batch_normalization/moving_mean']) {
      expect(last[name], name).toEqual(first[name]);
    }
    expect(last['batch_normalization/moving_mean'].every((mean) => mean === 0)).toBe(true);
    expect(last['dense/kernel']).not.toEqual(first['dense/kernel']);
    expect(Object.keys(last).filter((name) => name.startsWith('optimizer/'))).toHaveLength(4);
    expect(model.parameters.filter(({ trainable }) => trainable !== false)).toHaveLength(2);
    expect(epochs[2].train.loss).toBeLessThan(epochs[0].train.loss);
  });
});

describe('penalties and bounds', () => {
  it('add penalties on weights to the loss of training and evaluation alike', async () => {
    const options: TrainingOptions = { epochs: 1, optimizer: { type: 'sgd', learning_rate: 1e-30 } };
    const penalised = [{ ...conv, kernel_regularizer: { type: 'l2', l2: 0.5 } }, { type: 'flatten' }, output];
    const plain = await run([conv, { type: 'flatten' }, output], options);
    const heavy = await run(penalised, options);
    const kernel = weightsOf(heavy.snapshots[0])['conv2d/kernel'];
    const penalty = 0.5 * kernel.reduce((sum, w) => sum + w * w, 0);
    expect(heavy.epochs[0].train.loss - plain.epochs[0].train.loss).toBeCloseTo(penalty, 4);
    const [before, after] = [plain, heavy].map(({ epochs }) => epochs[0].validation?.loss ?? Number.NaN);
    expect(after - before).toBeCloseTo(penalty, 4);
  });

  it('keep weights within their norm', async () => {
    const constraint = { type: 'max_norm', max_value: 0.1, axis: [0, 1, 2] };
    const { snapshots } = await run([{ ...conv, kernel_constraint: constraint }, { type: 'flatten' }, output], {});
    const kernel = weightsOf(snapshots[1])['conv2d/kernel'];
    for (let filter = 0; filter < 4; filter++) {
      const norm = Math.hypot(...kernel.slice(filter * 9, (filter + 1) * 9));
      expect(norm).toBeLessThanOrEqual(0.1 + 1e-6);
      expect(norm).toBeGreaterThan(0.05);
    }
  });

  it('keep a step within the norm of its gradients', async () => {
    const optimizer = { type: 'sgd', learning_rate: 1 } as const;
    const first = await run(PLAIN, { epochs: 1, batch_size: 60, optimizer: { type: 'sgd', learning_rate: 1e-30 } });
    const clipped = await run(PLAIN, { epochs: 1, batch_size: 60, optimizer, gradient_clip_norm: 0.01 });
    const bounded = await run(PLAIN, { epochs: 1, batch_size: 60, optimizer, gradient_clip_value: 0.001 });
    const before = weightsOf(first.snapshots[0]);
    const steps = (fitted: Fitted) =>
      Object.entries(weightsOf(fitted.snapshots[0])).flatMap(([name, after]) =>
        after.map((w, i) => w - before[name][i]),
      );
    expect(Math.hypot(...steps(clipped))).toBeCloseTo(0.01, 5);
    expect(Math.max(...steps(bounded).map(Math.abs))).toBeCloseTo(0.001, 6);
  });

  it('refuse an axis that the weights do not have', async () => {
    const constraint = { type: 'max_norm', axis: 3 };
    const layers = [{ type: 'flatten' }, { ...output, name: 'end', kernel_constraint: constraint }];
    await expect(run(layers, {})).rejects.toThrow(
      '/layers/1/kernel_constraint: layer "end": max_norm expected an axis from -2 to 1; received 3',
    );
  });
});
