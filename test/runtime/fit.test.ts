import { type TrainingOptions, TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { TrainingData, TrainingSplit } from '../../packages/runtime/src/training-data.js';
import { arraySplit, type FitSettings, fitOn, generator, resumeOf, weightsOf } from './fitting.js';

const SIDE = 8;
const CLASSES = 3;
const PIXELS = SIDE * SIDE;

/** Images whose class is the third of the rows that is bright, with noise on top; the seed fixes every pixel. */
function brightRows(count: number, seed: number): TrainingSplit {
  const random = generator(seed);
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * CLASSES));
  const images = new Uint8Array(count * PIXELS);
  for (let pixel = 0; pixel < images.length; pixel++) {
    const row = Math.floor((pixel % PIXELS) / SIDE);
    const bright = Math.floor((row * CLASSES) / SIDE) === labels[Math.floor(pixel / PIXELS)];
    images[pixel] = Math.floor(random() * 120) + (bright ? 100 : 0);
  }
  return arraySplit(images, labels, PIXELS);
}

const data: TrainingData = {
  splits: { train: brightRows(180, 1), validation: brightRows(40, 2), test: brightRows(50, 3) },
};

const LAYERS = [
  { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'dropout', rate: 0.2 },
  { type: 'flatten' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

function run(options: TrainingOptions, settings: FitSettings = {}) {
  const training = { batch_size: 16, optimizer: { type: 'adam', learning_rate: 0.01 }, ...options } as const;
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  return fitOn(LAYERS, { image, classes: CLASSES, task: 'multiclass' }, data, training, settings);
}

describe('fit', () => {
  it('learns, and reports every step and epoch once', async () => {
    const { steps, epochs, snapshots } = await run({ epochs: 6 });
    const perEpoch = Math.ceil(180 / 16);
    expect(steps.map((row) => row.step)).toEqual(Array.from({ length: 6 * perEpoch }, (_, index) => index + 1));
    expect(steps.map((row) => row.epoch)).toEqual(steps.map((row) => Math.ceil(row.step / perEpoch)));
    expect(epochs.map((row) => [row.epoch, row.step])).toEqual([1, 2, 3, 4, 5, 6].map((n) => [n, n * perEpoch]));
    expect(epochs.at(-1)?.train.loss).toBeLessThan(epochs[0].train.loss / 3);
    expect(epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.95);
    expect(snapshots).toHaveLength(6);
  });

  it('gives the same bits each time, and others with another seed', async () => {
    const [first, second, other] = [
      await run({ epochs: 2 }),
      await run({ epochs: 2 }),
      await run({ epochs: 2, seed: 1 }),
    ];
    expect(weightsOf(second.snapshots[1])).toEqual(weightsOf(first.snapshots[1]));
    expect(second.steps).toEqual(first.steps);
    expect(weightsOf(other.snapshots[1])).not.toEqual(weightsOf(first.snapshots[1]));
  });

  it('computes the same with one step in a run as with several', async () => {
    const [single, several] = [
      await run({ epochs: 1 }, { stepsPerRun: 1 }),
      await run({ epochs: 1 }, { stepsPerRun: 5 }),
    ];
    single.steps.forEach((row, index) => {
      expect(several.steps[index].loss).toBeCloseTo(row.loss, 5);
    });
  });

  it('goes on from a snapshot as if it had never stopped', async () => {
    const whole = await run({ epochs: 3 });
    const { position } = whole.snapshots[0];
    const start = resumeOf(whole.snapshots[0]);
    const rest = await run({ epochs: 3 }, { start });
    expect(rest.snapshots.map(({ position: { epoch } }) => epoch)).toEqual([2, 3]);
    expect(weightsOf(rest.snapshots[1])).toEqual(weightsOf(whole.snapshots[2]));
    expect(rest.snapshots[1].position).toEqual(whole.snapshots[2].position);
    expect(rest.steps).toEqual(whole.steps.slice(position.step));
  });

  it('marks the snapshots that are better than all before them', async () => {
    const { snapshots } = await run({ epochs: 4, optimizer: { type: 'sgd', learning_rate: 0.5, momentum: 0.9 } });
    let least = Number.POSITIVE_INFINITY;
    for (const { isBest, metrics, position } of snapshots) {
      const loss = metrics.validation?.loss ?? Number.NaN;
      expect(isBest).toBe(loss < least);
      least = Math.min(least, loss);
      expect(position.best?.loss).toBe(least);
    }
  });

  it('keeps a snapshot of every n-th epoch and of the last one', async () => {
    const { snapshots } = await run({ epochs: 5, checkpoints: { every_epochs: 2 } });
    expect(snapshots.map(({ position }) => position.epoch)).toEqual([2, 4, 5]);
  });

  it('ends a training whose loss is no longer a number, and says where', async () => {
    const diverging = run({
      epochs: 3,
      normalization: 'none',
      optimizer: { type: 'sgd', learning_rate: 1e30, momentum: 0.9 },
    });
    const error: unknown = await diverging.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainyardError);
    expect(error).toMatchObject({
      code: 'training_diverged',
      detail: expect.stringMatching(/epoch \d+, step \d+; of the layers, \w+ is the first/),
    });
  });

  it('stops between two runs when it is told to', async () => {
    const stopping = new AbortController();
    stopping.abort(new Error('enough'));
    await expect(run({ epochs: 1000 }, { signal: stopping.signal })).rejects.toThrow('enough');
  });
});
