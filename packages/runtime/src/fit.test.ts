import {
  type EpochMetrics,
  type ExecutionPlan,
  resolveTraining,
  type StepMetrics,
  type TrainingOptions,
  TrainyardError,
} from '@trainyard/contracts';
import type { PackedDataset, PackedSplit } from '@trainyard/datasets';
import { buildModel, initialParameters, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { openTraining } from './compiled-training.js';
import { type FitStart, fit, type Snapshot, stepsPerEpoch } from './fit.js';

const SIDE = 8;
const CLASSES = 3;
const PIXELS = SIDE * SIDE;

/** Images whose class is the third of the rows that is bright, with noise on top; the seed fixes every pixel. */
function brightRows(count: number, seed: number): PackedSplit {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * CLASSES));
  const images = new Uint8Array(count * PIXELS);
  for (let pixel = 0; pixel < images.length; pixel++) {
    const row = Math.floor((pixel % PIXELS) / SIDE);
    const bright = Math.floor((row * CLASSES) / SIDE) === labels[Math.floor(pixel / PIXELS)];
    images[pixel] = Math.floor(random() * 120) + (bright ? 100 : 0);
  }
  return {
    count,
    labels,
    async readImages(indices: ArrayLike<number>, out: Uint8Array) {
      for (let row = 0; row < indices.length; row++) {
        out.set(images.subarray(indices[row] * PIXELS, (indices[row] + 1) * PIXELS), row * PIXELS);
      }
    },
  };
}

const data: PackedDataset = {
  image: { width: SIDE, height: SIDE, channels: 1, fit: 'cover' },
  classes: ['top', 'middle', 'bottom'],
  stats: { mean: [0.4], std: [0.2] },
  splits: { train: brightRows(180, 1), validation: brightRows(40, 2), test: brightRows(50, 3) },
  close: async () => {},
};

const model = buildModel(
  parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'dropout', rate: 0.2 },
      { type: 'flatten' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  }),
  { image: { width: SIDE, height: SIDE, channels: 1 }, classes: CLASSES },
);

interface Fitted {
  steps: StepMetrics[];
  epochs: EpochMetrics[];
  snapshots: Snapshot[];
}

async function run(
  options: TrainingOptions,
  settings: { stepsPerRun?: number; start?: FitStart; signal?: AbortSignal } = {},
): Promise<Fitted> {
  const training = resolveTraining({ batch_size: 16, optimizer: { type: 'adam', learning_rate: 0.01 }, ...options });
  const plan: ExecutionPlan = {
    lowering: 'portable',
    device: 'cpu',
    threads: 2,
    steps_per_run: settings.stepsPerRun ?? 4,
    onnxruntime_version: '1.29.0',
  };
  const preprocessing = preprocessingFor(training.normalization, data.stats, 1);
  const steps = stepsPerEpoch(data, training);
  const compiled = await openTraining({ model, training, preprocessing, plan, steps });
  const fitted: Fitted = { steps: [], epochs: [], snapshots: [] };
  try {
    await fit({
      ...compiled,
      training,
      data,
      start: settings.start ?? { tensors: initialParameters(model, training.seed), epoch: 0, step: 0, best: null },
      signal: settings.signal ?? new AbortController().signal,
      observer: {
        steps: async (rows) => void fitted.steps.push(...rows),
        epoch: async (row) => void fitted.epochs.push(row),
        checkpoint: async (snapshot) => void fitted.snapshots.push(snapshot),
      },
    });
    return fitted;
  } finally {
    await compiled.release();
  }
}

function weights(snapshot: Snapshot): Record<string, number[]> {
  return Object.fromEntries([...snapshot.tensors].map(([name, { data: values }]) => [name, [...values]]));
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
    expect(weights(second.snapshots[1])).toEqual(weights(first.snapshots[1]));
    expect(second.steps).toEqual(first.steps);
    expect(weights(other.snapshots[1])).not.toEqual(weights(first.snapshots[1]));
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
    const { position, tensors } = whole.snapshots[0];
    const start: FitStart = {
      tensors: new Map([...tensors].map(([name, tensor]) => [name, tensor.data])),
      epoch: position.epoch,
      step: position.step,
      best: position.best,
    };
    const rest = await run({ epochs: 3 }, { start });
    expect(rest.snapshots.map(({ position: { epoch } }) => epoch)).toEqual([2, 3]);
    expect(weights(rest.snapshots[1])).toEqual(weights(whole.snapshots[2]));
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
      expect(position.best.loss).toBe(least);
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
    expect(error).toMatchObject({ code: 'training_diverged', detail: expect.stringMatching(/epoch \d+, step \d+/) });
  });

  it('stops between two runs when it is told to', async () => {
    const stopping = new AbortController();
    stopping.abort(new Error('enough'));
    await expect(run({ epochs: 1000 }, { signal: stopping.signal })).rejects.toThrow('enough');
  });
});
