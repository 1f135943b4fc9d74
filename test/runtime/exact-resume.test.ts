// A training that ends between any two runs and goes on from its checkpoint file ends with the same bytes and rows as
// one that was left alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointReference, EpochMetrics, TrainingOptions } from '@trainyard/contracts';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointHistory } from '../../packages/runtime/src/checkpoint-history.js';
import type { FitResult } from '../../packages/runtime/src/fit.js';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, type FitSettings, type Fitted, fitOn, generator } from './fitting.js';

const SIDE = 6;
const CLASSES = 3;
const COUNT = 44;
const BATCH = 8;
const EPOCHS = 3;
/** Six batches, the last of them short: two runs of two steps and one, or else three. */
const STEPS = Math.ceil(COUNT / BATCH);

const LAYERS = [
  { type: 'conv2d', filters: 3, kernel_size: 3 },
  { type: 'batch_normalization' },
  { type: 'gaussian_noise', stddev: 0.1 },
  { type: 'activation', activation: 'relu' },
  { type: 'dropout', rate: 0.3 },
  { type: 'flatten' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

const TRAINING: TrainingOptions = {
  epochs: EPOCHS,
  batch_size: BATCH,
  optimizer: { type: 'adam', learning_rate: 0.02 },
  schedule: { type: 'reduce_on_plateau', patience: 0, min_delta: 10, factor: 0.5 },
  metrics: ['accuracy', 'f1', { type: 'top_k_accuracy', k: 2 }, 'auc'],
  ema: { decay: 0.9 },
  gradient_clip_norm: 1,
};

function split(count: number, seed: number) {
  const random = generator(seed);
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(random() * 256));
  return arraySplit(
    images,
    Int32Array.from({ length: count }, () => Math.floor(random() * CLASSES)),
    SIDE * SIDE,
  );
}

const data: TrainingData = { splits: { train: split(COUNT, 1), validation: split(20, 2), test: split(10, 3) } };

function train(settings: FitSettings, options: TrainingOptions = {}): Promise<Fitted> {
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  return fitOn(LAYERS, { image, classes: CLASSES, task: 'multiclass' }, data, { ...TRAINING, ...options }, settings);
}

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'resume-'));
  store = openObjectStore({ root });
});
afterAll(() => rm(root, { recursive: true }));

async function save({ snapshots }: Fitted, attempt: number): Promise<CheckpointReference> {
  const snapshot = snapshots[snapshots.length - 1];
  const history = new CheckpointHistory(store, { id: 'job_1', attempt }, []);
  const { key, digest } = await history.save(snapshot);
  return { epoch: snapshot.position.epoch, step: snapshot.position.step, key, digest };
}

/** Stops after each `runs` runs and goes on from the file, until the training is done. */
async function interrupted(runs: number[], stepsPerRun: number, options: TrainingOptions = {}) {
  const parts: Fitted[] = [];
  const earlier: CheckpointReference[] = [];
  for (const [index, stopAfter] of [...runs, Number.POSITIVE_INFINITY].entries()) {
    const history = new CheckpointHistory(store, { id: 'job_1', attempt: index + 1 }, earlier);
    const start = (await history.resume()) ?? undefined;
    const order = (run: number) => (run === stopAfter ? ('hand_over' as const) : null);
    const part = await train({ stepsPerRun, start, order }, options);
    earlier.push(await save(part, index + 1));
    parts.push(part);
  }
  return { parts, final: earlier[earlier.length - 1] };
}

interface Whole {
  fitted: Fitted;
  final: CheckpointReference;
}

async function uninterrupted(stepsPerRun: number, options: TrainingOptions = {}): Promise<Whole> {
  const fitted = await train({ stepsPerRun }, options);
  return { fitted, final: await save(fitted, 99) };
}

function expectSame({ parts, final }: Awaited<ReturnType<typeof interrupted>>, { fitted, final: alone }: Whole) {
  expect(parts.slice(0, -1).map(({ result }) => result)).toEqual(parts.slice(1).map(() => null));
  expect(final.digest).toBe(alone.digest);
  expect(parts.at(-1)?.result).toEqual(fitted.result);
  expect(parts.flatMap(({ steps }) => steps)).toEqual(fitted.steps);
  expect(parts.flatMap(({ epochs }) => epochs).map(withoutTimes)).toEqual(fitted.epochs.map(withoutTimes));
}

const withoutTimes = ({ images_per_s: _, duration_s: __, ...row }: EpochMetrics) => row;

describe.each([1, 2, 4])('a training of %i step(s) a run', (stepsPerRun) => {
  const full = stepsPerRun > 1 ? Math.floor(STEPS / stepsPerRun) : 0;
  const runsPerEpoch = full + STEPS - full * stepsPerRun;
  let whole: Whole;
  beforeAll(async () => {
    whole = await uninterrupted(stepsPerRun);
  });

  const places = Array.from({ length: runsPerEpoch * EPOCHS }, (_, i) => i + 1);
  it.each(places)('ends the same when it is interrupted after run %i', async (place) => {
    expectSame(await interrupted([place], stepsPerRun), whole);
  });

  it('ends the same when it is interrupted after each run', async () => {
    expectSame(await interrupted(Array(runsPerEpoch * EPOCHS).fill(1), stepsPerRun), whole);
  });

  it('ends the same with checkpoints in between', async () => {
    const often = await train({ stepsPerRun }, { checkpoints: { every_steps: 1 } });
    expect(often.snapshots).toHaveLength(runsPerEpoch * EPOCHS);
    expect((await save(often, 100)).digest).toBe(whole.final.digest);
    const within = often.snapshots.filter(({ position }) => position.inEpoch);
    expect(within).toHaveLength((runsPerEpoch - 1) * EPOCHS);
    expect(within.every(({ isBest, metrics }) => !isBest && metrics.validation === null)).toBe(true);
  });
});

describe('what a training remembers from epoch to epoch', () => {
  const stepsPerRun = 2;
  const runsPerEpoch = STEPS / stepsPerRun;
  const stopping = { patience: 2, min_delta: 10 };
  const plateau = { type: 'reduce_on_plateau', patience: 1, min_delta: 10, factor: 0.5, cooldown: 1 } as const;

  it.each<[string, TrainingOptions, Partial<FitResult>]>([
    ['how long none was better', { early_stopping: stopping }, { stopReason: 'early_stopping' }],
    [
      'that the last is the result',
      { early_stopping: { ...stopping, restore_best: false } },
      { stopReason: 'early_stopping', best: { epoch: 3, step: 3 * STEPS, loss: expect.any(Number) } },
    ],
    [
      'a figure that is to rise, and averaged weights',
      { early_stopping: { ...stopping, monitor: 'val_accuracy' }, ema: { decay: 0.7 } },
      { stopReason: 'early_stopping' },
    ],
    ['the rate after a plateau, and its cooldown', { schedule: plateau }, { stopReason: 'completed' }],
    [
      'both, by figures of the train split',
      { schedule: { ...plateau, monitor: 'loss' }, early_stopping: { ...stopping, monitor: 'accuracy', patience: 3 } },
      { stopReason: 'early_stopping' },
    ],
    [
      'a warm-up and where a cycle stands',
      { schedule: { type: 'one_cycle', warmup_steps: 4 } },
      { stopReason: 'completed' },
    ],
  ])('is in its checkpoints: %s', async (_, options, result) => {
    const long = { ...options, epochs: 5 };
    const whole = await uninterrupted(stepsPerRun, long);
    expect(whole.fitted.result).toMatchObject(result);
    const runs = whole.fitted.epochs.length * runsPerEpoch;
    expectSame(await interrupted(Array(runs).fill(1), stepsPerRun, long), whole);
  });
});

describe('a training that is told to keep what it has', () => {
  it('takes the best epoch where there is one, and writes where it stood', async () => {
    const kept = await train({ stepsPerRun: 2, order: (run) => (run === 5 ? 'keep' : null) });
    expect(kept.result).toMatchObject({ stopReason: 'stopped', best: { epoch: 1, step: STEPS } });
    expect(kept.snapshots.map(({ position }) => position.step)).toEqual([STEPS, 5 * 2]);
    expect(kept.snapshots[1]).toMatchObject({ isBest: false, position: { epoch: 1, inEpoch: { steps: 4 } } });
  });

  it('validates what it has where no epoch is done', async () => {
    const kept = await train({ stepsPerRun: 2, order: () => 'keep' });
    expect(kept.result).toMatchObject({ stopReason: 'stopped', best: { epoch: 0, step: 2 } });
    expect(kept.snapshots).toHaveLength(1);
    expect(kept.snapshots[0].isBest).toBe(true);
    expect(kept.snapshots[0].metrics.validation?.loss).toBe(kept.result?.best.loss);
  });

  it('ends with the epoch where its last run is done', async () => {
    const kept = await train({ stepsPerRun: 2, order: (run) => (run === STEPS / 2 ? 'keep' : null) });
    expect(kept.epochs).toHaveLength(1);
    expect(kept.result).toMatchObject({ stopReason: 'stopped', best: { epoch: 1, step: STEPS } });
  });
});
