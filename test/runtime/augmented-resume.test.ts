// A training that changes its images in every way, and goes on from a checkpoint at any step, ends with the same bytes and
// figures as one that was left alone.
import type { CustomAugmentation, EpochMetrics, TrainingOptions } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, type FitSettings, type Fitted, fitOn, generator, resumeOf, weightsOf } from './fitting.js';

const SIDE = 6;
const PIXELS = SIDE * SIDE * 3;
const CLASSES = 3;
const BATCH = 8;
/** Three batches, the last of them short. */
const COUNT = 21;
const STEPS = 3;
const EPOCHS = 2;

const EVERY_CHANGE: Required<CustomAugmentation> = {
  horizontal_flip: true,
  vertical_flip: true,
  rotation: 20,
  translation: [0.2, 0.4],
  zoom: [0.8, 1.3],
  shear: 10,
  random_crop: {},
  fill: 'reflect',
  brightness: 0.2,
  contrast: 0.2,
  saturation: 0.3,
  hue: 0.1,
  erasing: { probability: 0.5, area: [0.1, 0.3] },
  gaussian_noise: 0.05,
  mixup: { alpha: 0.4 },
  cutmix: {},
};

const CONVOLUTIONAL = [
  { type: 'conv2d', filters: 3, kernel_size: 3 },
  { type: 'batch_normalization' },
  { type: 'activation', activation: 'relu' },
  { type: 'dropout', rate: 0.3 },
  { type: 'flatten' },
];
const softmax = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

function split(count: number, seed: number) {
  const random = generator(seed);
  const images = Uint8Array.from({ length: count * PIXELS }, () => Math.floor(random() * 256));
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * CLASSES));
  return arraySplit(images, labels, PIXELS);
}

const data: TrainingData = { splits: { train: split(COUNT, 1), validation: split(20, 2), test: split(10, 3) } };

function train(options: TrainingOptions, settings: FitSettings = {}, layers: object[] = CONVOLUTIONAL) {
  const shape = { image: { width: SIDE, height: SIDE, channels: 3 }, classes: CLASSES, task: 'multiclass' } as const;
  const training = { epochs: EPOCHS, batch_size: BATCH, ...options };
  return fitOn([...layers, ...softmax], shape, data, training, settings);
}

const figures = ({ steps, epochs }: Pick<Fitted, 'steps' | 'epochs'>) => ({
  steps,
  epochs: epochs.map(({ images_per_s: _, duration_s: __, ...row }: EpochMetrics) => row),
});

describe.each([1, 2])('a training of %i step(s) a run that changes its images in every way', (stepsPerRun) => {
  const options: TrainingOptions = { augmentation: EVERY_CHANGE, class_weights: { 'class 1': 2 } };
  const runs = (Math.floor(STEPS / stepsPerRun) + (STEPS % stepsPerRun)) * EPOCHS;
  let whole: Fitted;
  beforeAll(async () => {
    whole = await train(options, { stepsPerRun });
  });

  it('ends the same when it is stopped after each run', async () => {
    const parts: Fitted[] = [];
    for (let run = 1; run <= runs; run++) {
      const last = parts.at(-1)?.snapshots.at(-1);
      const order = () => (run < runs ? ('hand_over' as const) : null);
      parts.push(await train(options, { stepsPerRun, order, ...(last ? { start: resumeOf(last) } : {}) }));
    }
    const [ended, alone] = [parts.at(-1)?.snapshots.at(-1), whole.snapshots.at(-1)];
    if (!ended || !alone) throw new Error('nothing was kept');
    expect(ended.position).toEqual(alone.position);
    expect(weightsOf(ended)).toEqual(weightsOf(alone));
    const together = { steps: parts.flatMap(({ steps }) => steps), epochs: parts.flatMap(({ epochs }) => epochs) };
    expect(figures(together)).toEqual(figures(whole));
  });

  it('sees other images than without, and the same ones again', async () => {
    const plain = await train({ ...options, augmentation: null }, { stepsPerRun });
    expect(plain.steps[0].loss).not.toBe(whole.steps[0].loss);
    const again = await train(options, { stepsPerRun });
    expect(figures(again)).toEqual(figures(whole));
  });
});

describe('how many steps a run has', () => {
  it('does not change what is drawn', async () => {
    const first = async (stepsPerRun: number) =>
      (await train({ augmentation: EVERY_CHANGE, epochs: 1 }, { stepsPerRun })).steps.map(({ loss }) => loss);
    const [one, three] = [await first(1), await first(3)];
    one.forEach((loss, step) => {
      expect(three[step]).toBeCloseTo(loss, 5);
    });
  });
});

describe('evaluation', () => {
  it('sees the images as they are', async () => {
    const still: TrainingOptions = { optimizer: { type: 'sgd', learning_rate: 1e-30 }, epochs: 1 };
    const changed = await train({ ...still, augmentation: EVERY_CHANGE }, {}, []);
    const plain = await train(still, {}, []);
    expect(changed.epochs[0].validation).toEqual(plain.epochs[0].validation);
    expect(changed.epochs[0].train.loss).not.toBe(plain.epochs[0].train.loss);
  });
});
