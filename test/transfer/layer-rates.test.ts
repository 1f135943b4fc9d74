// A layer with a factor takes the very steps that it would take if all layers had that rate.
import type { OptimizerOptions, TrainingOptions } from '@trainyard/contracts';
import { readCheckpoint } from '@trainyard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestTrainer } from '../runtime/trainer.js';

const LAYERS = [
  { type: 'conv2d', name: 'conv_a', filters: 4, kernel_size: 3, activation: 'relu' },
  { type: 'batch_normalization', name: 'norm' },
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'hidden', units: 6, activation: 'relu' },
  { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' },
];
/** Powers of two: products with them are exact. */
const RATE = 2 ** -6;
const WHOLE_SPLIT = 48;

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open(20);
});
afterAll(() => trainer.close());

/** The weights after the last step, as hexadecimal text by name. */
async function weightsAfter(id: string, options: TrainingOptions): Promise<Map<string, string>> {
  const job = trainer.newJob();
  await trainer.attempt(id, job, LAYERS, options);
  const last = job.checkpoints.get(Math.max(...job.checkpoints.keys()));
  if (!last) throw new Error('there is no checkpoint');
  const { tensors } = await readCheckpoint(trainer.store, last);
  const weights = [...tensors].filter(([name]) => !name.startsWith('optimizer/'));
  return new Map(
    weights.map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
    ]),
  );
}

const OPTIMIZERS: OptimizerOptions[] = [
  { type: 'sgd', momentum: 0.9, nesterov: true },
  { type: 'adam', amsgrad: true },
  { type: 'adamw', weight_decay: 0.5 },
  { type: 'rmsprop', momentum: 0.5, centered: true },
  { type: 'adagrad', weight_decay: 0.5 },
  { type: 'adadelta' },
  { type: 'lion', weight_decay: 0.5 },
];

describe('layer_learning_rates', () => {
  it.each(OPTIMIZERS)('gives each layer its own step of %o', async (optimizer) => {
    const oneStep = (rate: number, more: TrainingOptions = {}) =>
      weightsAfter(`job_${rate}`, {
        epochs: 1,
        batch_size: WHOLE_SPLIT,
        optimizer: { ...optimizer, learning_rate: rate },
        ...more,
      });
    const own = await oneStep(RATE, {
      layer_learning_rates: [
        { layers: '*', factor: 0.25 },
        { layers: 'conv_?', factor: 4 },
        { layers: 'top', factor: 1 },
      ],
    });
    const [slow, plain, fast] = [await oneStep(RATE / 4), await oneStep(RATE), await oneStep(RATE * 4)];
    for (const [name, weight] of own) {
      const expected = name.startsWith('conv_a/') ? fast : name.startsWith('top/') ? plain : slow;
      expect(weight, name).toBe(expected.get(name));
    }
    for (const name of ['conv_a/kernel', 'hidden/kernel']) expect(own.get(name)).not.toBe(plain.get(name));
  });

  it('holds over many steps in one run and over a schedule', async () => {
    const options = (rate: number): TrainingOptions => ({
      epochs: 3,
      batch_size: 8,
      optimizer: { type: 'adamw', learning_rate: rate },
      schedule: { type: 'cosine' },
    });
    const own = await weightsAfter('job_own', {
      ...options(RATE),
      layer_learning_rates: [{ layers: '*', factor: 0.5 }],
    });
    expect(own).toEqual(await weightsAfter('job_half', options(RATE / 2)));
  });
});
