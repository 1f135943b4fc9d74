/** A training of some seconds, through the fit loop itself, to learn what its parts cost. */
import type { PhaseCosts } from '@trainyard/analysis';
import { resolveSchedule, type Training } from '@trainyard/contracts';
import { evaluationBatch, type MetricContext } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readCheckpoint, writeCheckpoint } from '../checkpoint-file.js';
import type { CompiledTraining } from '../compiled-training.js';
import { DivergedError } from '../divergence.js';
import type { Evaluator } from '../evaluate.js';
import { type FitStart, fit, type Snapshot, stepsPerEpoch } from '../fit.js';
import { onlyPhase } from '../phases.js';
import type { CarriedTensor } from '../train-state.js';
import type { TrainingData } from '../training-data.js';
import { firstImages } from './noise-data.js';
import { TimedRuns } from './timed-runs.js';

/** Runs of an epoch of the trial, before the steps that are left over. */
const RUNS_PER_EPOCH = 8;
const EVALUATION_BATCHES = 8;
const NEVER = 1e9;

export interface TrialOptions {
  compiled: CompiledTraining;
  training: Training;
  data: TrainingData;
  carried: readonly CarriedTensor[];
  context: MetricContext;
  start: FitStart;
  /** Names of layers. */
  frozen: readonly string[];
  stepsPerRun: number;
  signal: AbortSignal;
  /** Where a checkpoint is written and removed again. */
  checkpoint: { store: ObjectStore; key: string };
}

/** Seconds of one of each. */
export interface TrialCosts extends Pick<PhaseCosts, 'stepInRun' | 'singleStep'> {
  /** What the first run of each compiled graph takes longer than the others. */
  warmUp: number;
  /** One look into the network; 0 where there are none. */
  look: number;
  evaluationBatch: number | null;
  checkpoint: number;
  finish: number;
  /** What the trial was made of. */
  measured: { steps: number; seconds: number };
}

export async function tryTraining(options: TrialOptions): Promise<TrialCosts> {
  const runs = new TimedRuns();
  const files = await trainBriefly(options, runs);
  return {
    warmUp: runs.several.warmUp + runs.single.warmUp,
    stepInRun: runs.several.secondsEach,
    singleStep: runs.single.secondsEach,
    look: await timeLook(options),
    evaluationBatch: await timeEvaluation(options.compiled.evaluator, {
      data: options.data,
      tensors: options.start.tensors,
      size: evaluationBatch(options.training.batch_size),
      signal: options.signal,
    }),
    checkpoint: files?.write ?? 0,
    finish: files?.read ?? 0,
    measured: { steps: runs.steps, seconds: runs.seconds },
  };
}

/** The times of a checkpoint's file; null where the training diverged before there was one. */
async function trainBriefly(options: TrialOptions, runs: TimedRuns): Promise<{ write: number; read: number } | null> {
  const { compiled, training, data, carried, context, start, frozen, signal } = options;
  const unending = endless(training);
  const trial = {
    splits: { ...data.splits, train: trialSplit(options), validation: firstImages(data.splits.train, 0) },
  };
  const steps = stepsPerEpoch(trial, training);
  const expected = {
    several: steps >= options.stepsPerRun && options.stepsPerRun > 1,
    single: compiled.runners.single !== null,
  };
  let files: { write: number; read: number } | null = null;
  runs.begin();
  try {
    await fit({
      ...compiled,
      probe: null,
      training: unending,
      data: trial,
      carried,
      context,
      start,
      phase: onlyPhase(unending, frozen),
      signal,
      order: () => (runs.isEnough(expected) ? 'hand_over' : null),
      observer: {
        steps: async (rows) => runs.add(rows.length),
        epoch: async () => runs.mark(),
        checkpoint: async (snapshot) => {
          files = await timeCheckpoint(snapshot, options.checkpoint);
        },
      },
    });
  } catch (error) {
    // Noise may be more than a high rate bears. What its steps cost is known by then.
    if (!(error instanceof DivergedError) || runs.steps === 0) throw error;
  }
  return files;
}

/** As the training, but that it does not end and writes nothing. */
function endless(training: Training): Training {
  return {
    ...training,
    epochs: NEVER,
    schedule: resolveSchedule(),
    early_stopping: null,
    budget: null,
    checkpoints: { every_epochs: NEVER, every_steps: null, every_seconds: NEVER, keep: 1 },
  };
}

/** Some full runs and the steps that are left over of a whole epoch, with its short batch. */
function trialSplit({ training: { batch_size: batch }, data, stepsPerRun }: TrialOptions) {
  const { train } = data.splits;
  const images = RUNS_PER_EPOCH * stepsPerRun * batch + (train.count % (stepsPerRun * batch));
  return firstImages(train, images);
}

async function timeCheckpoint(
  { tensors, position }: Snapshot,
  { store, key }: TrialOptions['checkpoint'],
): Promise<{ write: number; read: number }> {
  const begun = performance.now();
  const stored = await writeCheckpoint(store, key, tensors, position);
  const written = performance.now();
  await readCheckpoint(store, stored);
  const read = performance.now();
  await store.remove(key);
  return { write: (written - begun) / 1000, read: (read - written) / 1000 };
}

/** The second one: the first makes room in memory. */
async function timeLook({ compiled: { probe }, start, data }: TrialOptions): Promise<number> {
  if (!probe) return 0;
  const look = () => probe.look({ epoch: 0, step: 0 }, start.tensors, data.splits.train, null);
  await look();
  const begun = performance.now();
  await look();
  return (performance.now() - begun) / 1000;
}

export interface TimedEvaluation {
  data: TrainingData;
  tensors: ReadonlyMap<string, Float32Array>;
  /** Images of a batch. */
  size: number;
  signal: AbortSignal;
}

/** Of one batch; the first one makes room in memory. Null without images. */
export async function timeEvaluation(
  evaluator: Evaluator,
  { data, tensors, size, signal }: TimedEvaluation,
): Promise<number | null> {
  const { validation, test, train } = data.splits;
  const split = [validation, test, train].find(({ count }) => count > 0);
  if (!split) return null;
  await evaluator.evaluate(tensors, firstImages(split, size), signal);
  const batches = Math.min(EVALUATION_BATCHES, Math.ceil(split.count / size));
  const begun = performance.now();
  await evaluator.evaluate(tensors, firstImages(split, batches * size), signal);
  return (performance.now() - begun) / 1000 / batches;
}
