// Trainings that end before their last epoch, by themselves.
import type { TrainingOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
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

/** Noise: what is learned of it makes the validation worse. */
const data: TrainingData = { splits: { train: split(32, 1), validation: split(32, 2), test: split(8, 3) } };

function train(options: TrainingOptions, settings: FitSettings = {}) {
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  const training = { batch_size: 8, optimizer: { type: 'adam', learning_rate: 0.05 }, ...options } as const;
  return fitOn(LAYERS, { image, classes: 2, task: 'multiclass' }, data, training, settings);
}

describe('early stopping', () => {
  it('ends after the epochs of patience, with the best one as the result', async () => {
    const { epochs, result } = await train({ epochs: 200, early_stopping: { patience: 3 } });
    const losses = epochs.map(({ validation }) => validation?.loss ?? Number.NaN);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(epochs.length).toBe(best + 3);
    expect(result).toEqual({
      best: { epoch: best, step: best * 4, loss: losses[best - 1] },
      stopReason: 'early_stopping',
    });
  });

  it('follows its monitor, which may be one that is to rise', async () => {
    const { epochs, result } = await train({ epochs: 60, early_stopping: { monitor: 'val_accuracy', patience: 4 } });
    const figures = epochs.map(({ validation }) => validation?.accuracy ?? Number.NaN);
    const best = figures.indexOf(Math.max(...figures));
    expect(result?.best).toEqual({ epoch: best + 1, step: (best + 1) * 4, loss: figures[best] });
    expect(epochs.length).toBe(best + 1 + 4);
  });

  it('takes the last epoch where the best is not to be restored', async () => {
    const { epochs, result, snapshots } = await train({
      epochs: 200,
      early_stopping: { patience: 3, restore_best: false },
    });
    expect(result).toMatchObject({ best: { epoch: epochs.length }, stopReason: 'early_stopping' });
    expect(snapshots.at(-1)?.isBest).toBe(true);
  });

  it('counts its patience on after a resume, and knows that it is over', async () => {
    const options = { epochs: 200, early_stopping: { patience: 3 } };
    const whole = await train(options);
    for (const snapshot of whole.snapshots) {
      const rest = await train(options, { start: resumeOf(snapshot) });
      expect(rest.result).toEqual(whole.result);
      expect(rest.epochs.length).toBe(whole.epochs.length - snapshot.position.epoch);
    }
  });
});

describe('a budget', () => {
  it('ends the training after the run that passes it, and keeps where it stood', async () => {
    let asked = 0;
    const settings = { stepsPerRun: 1, elapsed: () => asked++ };
    const { steps, snapshots, result } = await train({ epochs: 100, budget: { max_seconds: 5 } }, settings);
    expect(steps).toHaveLength(6);
    expect(snapshots.at(-1)?.position).toMatchObject({ epoch: 1, step: 6, inEpoch: { steps: 2 } });
    expect(result).toMatchObject({ best: { epoch: 1, step: 4 }, stopReason: 'budget' });
    const again = await train(
      { epochs: 100, budget: { max_seconds: 5 } },
      { start: resumeOf(snapshots[snapshots.length - 1]), elapsed: () => 6 },
    );
    expect(again).toMatchObject({ steps: [], result });
  });
});
