// Runs the fit loop on arrays: what the trainer does, without a data set, a store or a worker.
import {
  type EpochMetrics,
  type ExecutionPlan,
  resolveTraining,
  type StepMetrics,
  type Training,
  type TrainingOptions,
} from '@trainyard/contracts';
import {
  buildModel,
  type DataShape,
  defaultLoss,
  defaultMetrics,
  initialParameters,
  type Model,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { openTraining } from '../../packages/runtime/src/compiled-training.js';
import {
  type FitOrder,
  type FitResult,
  type FitStart,
  fit as fitLoop,
  type Snapshot,
  stepsPerEpoch,
} from '../../packages/runtime/src/fit.js';
import type { TrainingData, TrainingSplit } from '../../packages/runtime/src/training-data.js';

export interface Fitted {
  model: Model;
  training: Training;
  steps: StepMetrics[];
  epochs: EpochMetrics[];
  snapshots: Snapshot[];
  /** Null where it was handed over. */
  result: FitResult | null;
}

export interface FitSettings {
  stepsPerRun?: number;
  start?: FitStart;
  signal?: AbortSignal;
  /** Asked after each run, with the number of runs so far. */
  order?: (runs: number) => FitOrder | null;
  holdAtEpoch?: number;
  elapsed?: () => number;
  classNames?: string[];
}

export function planOf(stepsPerRun: number): ExecutionPlan {
  return {
    lowering: 'portable',
    device: 'cpu',
    threads: 2,
    steps_per_run: stepsPerRun,
    onnxruntime_version: '1.29.0',
  };
}

export function startOf(model: Model, seed: number): FitStart {
  return { tensors: initialParameters(model, seed), epoch: 0, step: 0, best: null, learningRate: null };
}

/** Where a training goes on that was stopped at a snapshot. */
export function resumeOf({ position, tensors }: Snapshot): FitStart {
  const { seed: _, ...state } = position;
  return { tensors: new Map([...tensors].map(([name, { data }]) => [name, data])), ...state };
}

/** Trains `layers` on `data`, with the defaults that the service fills in. */
export async function fitOn(
  layers: readonly object[],
  shape: DataShape,
  data: TrainingData,
  options: TrainingOptions,
  settings: FitSettings = {},
): Promise<Fitted> {
  const model = buildModel(parseModelSpec({ layers }), shape);
  const { head } = model;
  const classNames = settings.classNames ?? namesOf(shape.classes);
  const classCounts = classNames.map(() => 1);
  const { channels } = model.image;
  const defaults = { loss: defaultLoss(head), metrics: defaultMetrics(head), classNames, classCounts, channels };
  const training = resolveTraining(options, defaults);
  const some = Array.from({ length: channels }, () => 0.5);
  const preprocessing = preprocessingFor(training.normalization, { mean: some, std: some }, channels);
  const steps = stepsPerEpoch(data, training);
  const context = metricContext(model, classNames);
  const plan = planOf(settings.stepsPerRun ?? 4);
  const stepsDone = settings.start?.inEpoch?.steps;
  const compiled = await openTraining({ model, training, preprocessing, plan, context, steps, stepsDone });
  const fitted: Fitted = { model, training, steps: [], epochs: [], snapshots: [], result: null };
  let runs = 0;
  try {
    fitted.result = await fitLoop({
      ...compiled,
      training,
      data,
      context,
      start: settings.start ?? startOf(model, training.seed),
      signal: settings.signal ?? new AbortController().signal,
      holdAtEpoch: settings.holdAtEpoch ?? null,
      elapsed: settings.elapsed,
      order: () => settings.order?.(++runs) ?? null,
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

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `class ${i}`);
}

export function weightsOf(snapshot: Snapshot): Record<string, number[]> {
  return Object.fromEntries([...snapshot.tensors].map(([name, { data: values }]) => [name, [...values]]));
}

/** Numbers in [0, 1), by a linear congruential generator: the seed fixes every one. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A split of images that lie one after another in `images`. */
export function arraySplit(images: Uint8Array, labels: Int32Array | Float32Array, pixels: number): TrainingSplit {
  return {
    count: images.length / pixels,
    labels,
    readImages(indices, out) {
      for (let row = 0; row < indices.length; row++) {
        out.set(images.subarray(indices[row] * pixels, (indices[row] + 1) * pixels), row * pixels);
      }
    },
  };
}
