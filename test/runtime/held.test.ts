// Trainings that wait after an epoch, as trials do at a rung, and go on from there.
import { expect, it } from 'vitest';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, type FitSettings, fitOn, generator, resumeOf } from './fitting.js';

const SIDE = 4;
const LAYERS = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

function split(count: number, seed: number) {
  const random = generator(seed);
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(random() * 256));
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * 2));
  return arraySplit(images, labels, SIDE * SIDE);
}

const data: TrainingData = { splits: { train: split(32, 1), validation: split(16, 2), test: split(8, 3) } };

/** Its rates fall over all six epochs, and no checkpoint is due before the last. */
function train(settings: FitSettings) {
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  const training = {
    epochs: 6,
    batch_size: 8,
    schedule: { type: 'cosine' },
    checkpoints: { every_epochs: 100 },
  } as const;
  return fitOn(LAYERS, { image, classes: 2, task: 'multiclass' }, data, training, settings);
}

it('hands over with a checkpoint after the epoch, and ends as if it had not waited', async () => {
  const whole = await train({});
  const first = await train({ holdAtEpoch: 2 });
  expect(first.result).toBeNull();
  expect(first.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(first.snapshots.map(({ position }) => position.epoch)).toEqual([2]);

  const start = resumeOf(first.snapshots[0]);
  const waiting = await train({ start, holdAtEpoch: 2 });
  expect(waiting.result).toBeNull();
  expect(waiting.epochs).toEqual([]);

  const rest = await train({ start, holdAtEpoch: 6 });
  expect(rest.result?.stopReason).toBe('completed');
  const figures = ({ epochs }: typeof whole) =>
    epochs.map(({ epoch, validation, learning_rate }) => ({ epoch, validation, learning_rate }));
  expect([...figures(first), ...figures(rest)]).toEqual(figures(whole));
  expect(rest.snapshots.at(-1)?.tensors).toEqual(whole.snapshots.at(-1)?.tensors);
});
