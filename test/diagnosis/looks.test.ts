// Looks into the network of a training that really runs: its gradients are those that the training follows, and an attempt
// that goes on writes the rows of the one that was cut off.
import type { ProbeMetrics, TrainingOptions } from '@trainyard/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Killed, TestTrainer } from '../runtime/trainer.js';

const LAYERS = [
  { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
  { type: 'batch_normalization' },
  { type: 'max_pooling2d' },
  { type: 'flatten' },
  { type: 'dropout', rate: 0.3 },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open(20);
});
afterAll(() => trainer.close());

/** All looks of a job by epoch; the process dies before the report of the epoch `dies`, and another goes on. */
async function looksOf(id: string, layers: object[], options: TrainingOptions, dies?: number) {
  const looks = new Map<number, ProbeMetrics>();
  const job = trainer.newJob();
  let alive = dies === undefined;
  const attempt = () =>
    trainer.attempt(id, job, layers, options, (report, when) => {
      if (when === 'before' && report.type === 'probe') looks.set(report.row.epoch, report.row);
      if (alive || when !== 'before' || report.type !== 'epoch' || report.row.epoch !== dies) return;
      alive = true;
      throw new Killed();
    });
  await attempt().catch((error) => {
    if (!(error instanceof Killed)) throw error;
    return attempt();
  });
  return { looks: [...looks.values()], attempts: job.attempts };
}

it('finds the gradient that a step of gradient descent follows', async () => {
  const layers = LAYERS.filter(({ type }) => type !== 'dropout');
  const rate = 0.5;
  const options: TrainingOptions = { epochs: 1, batch_size: 64, optimizer: { type: 'sgd', learning_rate: rate } };
  const { looks } = await looksOf('job_gradient', layers, options);
  const [before, after] = looks;
  expect(before).toMatchObject({ epoch: 0, step: 0, penalty: 0 });
  expect(after).toMatchObject({ epoch: 1, step: 1 });
  // The whole train split is one batch, and the look has all of its images.
  expect(before.images).toBeLessThan(64);
  for (const [i, weight] of before.weights.entries()) {
    if (!weight.weight.endsWith('kernel')) continue;
    const moved = (after.weights[i].update_ratio ?? 0) * (weight.norm ?? 0);
    expect(moved / (rate * (weight.gradient_norm ?? 0)), weight.weight).toBeCloseTo(1, 3);
  }
});

it('names layers and weights, and counts all their values', async () => {
  const { looks } = await looksOf('job_names', LAYERS, { epochs: 1, batch_size: 16 });
  const [{ layers, weights, images }] = looks;
  expect(layers.map(({ layer, activation }) => [layer, activation])).toEqual([
    ['conv2d', 'relu'],
    ['batch_normalization', null],
    ['dense', 'softmax'],
  ]);
  expect(weights.map(({ weight }) => weight)).toEqual([
    'conv2d/kernel',
    'conv2d/bias',
    'batch_normalization/gamma',
    'batch_normalization/beta',
    'dense/kernel',
    'dense/bias',
  ]);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  expect(sum(layers[0].histogram)).toBe(images * 4 * 6 * 6);
  for (const { histogram, elements } of weights) expect(sum(histogram)).toBe(elements);
});

it('writes the same rows when it was cut off and another attempt went on', async () => {
  const options: TrainingOptions = { epochs: 4, batch_size: 16, seed: 3 };
  const whole = await looksOf('job_whole', LAYERS, options);
  const resumed = await looksOf('job_resumed', LAYERS, options, 4);
  expect(resumed.attempts).toBe(2);
  expect(resumed.looks).toEqual(whole.looks);
});
