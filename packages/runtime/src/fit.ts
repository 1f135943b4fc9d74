/**
 * The fit loop: epochs over the train split, a look at the validation split after each, snapshots to keep. Everything
 * random is a function of (seed, epoch, step), so a training that starts from a snapshot goes on as if it had not ended.
 */
import {
  type EpochMetrics,
  type JobProgress,
  type MetricValues,
  type PlateauState,
  type StepMetrics,
  type Training,
  TrainyardError,
} from '@trainyard/contracts';
import { createMetrics, type MetricAccumulator, type MetricContext, runningMetrics } from '@trainyard/engine';
import type { BestCheckpoint, CheckpointTensors, TrainingPosition } from './checkpoint-file.js';
import { type LabelledStep, type Runners, type RunResult, trainEpoch } from './epoch.js';
import type { Evaluator } from './evaluate.js';
import { LearningRate } from './learning-rate.js';
import { ProgressMeter } from './progress.js';
import { TrainState } from './train-state.js';
import type { TrainingData } from './training-data.js';

export interface FitOptions {
  training: Training;
  data: TrainingData;
  runners: Runners;
  evaluator: Evaluator;
  /** What kind of model it is, for its metrics. */
  context: MetricContext;
  start: FitStart;
  /** Aborting it ends the training between two runs; the promise is then rejected with the signal's reason. */
  signal: AbortSignal;
  observer: FitObserver;
}

/** A new training starts at epoch 0 and step 0 with its initial weights; one that goes on has its slots as well. */
export interface FitStart {
  tensors: ReadonlyMap<string, Float32Array>;
  epoch: number;
  step: number;
  best: BestCheckpoint | null;
  /** Of a schedule that follows the figures; null at the start. */
  learningRate: PlateauState | null;
}

/** Is told what happens; the training waits for the promises that it gives back. */
export interface FitObserver {
  steps(rows: StepMetrics[], progress: JobProgress): Promise<void>;
  epoch(row: EpochMetrics, progress: JobProgress): Promise<void>;
  checkpoint(snapshot: Snapshot): Promise<void>;
}

export interface Snapshot {
  position: TrainingPosition;
  tensors: CheckpointTensors;
  /** Whether it has the lowest loss of all snapshots so far. */
  isBest: boolean;
  metrics: Pick<EpochMetrics, 'train' | 'validation'>;
}

/** Steps in an epoch: the last batch may be short. */
export function stepsPerEpoch(data: TrainingData, training: Training): number {
  return Math.ceil(data.splits.train.count / training.batch_size);
}

/**
 * Trains until the last epoch is done and says which snapshot was the best. Throws `training_diverged` when a loss is no
 * longer a number.
 */
export async function fit(options: FitOptions): Promise<BestCheckpoint> {
  const fitting = new Fitting(options);
  for (let epoch = options.start.epoch + 1; epoch <= options.training.epochs; epoch++) await fitting.epoch(epoch);
  return fitting.best;
}

class Fitting {
  readonly #options: FitOptions;
  readonly #state: TrainState;
  readonly #progress: ProgressMeter;
  readonly #rate: LearningRate;
  readonly #stepsPerEpoch: number;
  #best: BestCheckpoint | null;

  constructor(options: FitOptions) {
    const { training, runners, start } = options;
    const step = runners.several?.step ?? runners.single?.step;
    this.#options = options;
    this.#state = new TrainState(step?.state ?? [], start.tensors);
    this.#best = start.best;
    this.#stepsPerEpoch = stepsPerEpoch(options.data, training);
    this.#rate = new LearningRate(training, this.#stepsPerEpoch, start.learningRate);
    this.#progress = new ProgressMeter({
      epochs: training.epochs,
      steps: this.#stepsPerEpoch * training.epochs,
      epoch: start.epoch,
      step: start.step,
      now: performance.now(),
    });
  }

  get best(): BestCheckpoint {
    if (this.#best) return this.#best;
    throw new TrainyardError('internal', 'The training ended without a checkpoint.');
  }

  async epoch(epoch: number): Promise<void> {
    const startedAt = performance.now();
    const trained = await this.#train(epoch);
    const validation = await this.#validate(epoch);
    const step = epoch * this.#stepsPerEpoch;
    const row: EpochMetrics = {
      epoch,
      step,
      train: trained.figures,
      validation,
      learning_rate: this.#rate.at(step),
      images_per_s: Math.round((trained.images / trained.seconds) * 10) / 10,
      duration_s: Math.round(performance.now() - startedAt) / 1000,
    };
    this.#rate.afterEpoch(row);
    await this.#options.observer.epoch(row, this.#progress.snapshot(performance.now()));
    const { epochs, checkpoints } = this.#options.training;
    if (epoch % checkpoints.every_epochs === 0 || epoch === epochs) await this.#snapshot(row);
  }

  async #train(epoch: number) {
    const { training, runners, data, signal, observer, context } = this.#options;
    const totals = new RunningFigures(createMetrics(runningMetrics(training.metrics), context));
    const runs = trainEpoch({
      runners,
      state: this.#state,
      split: data.splits.train,
      batchSize: training.batch_size,
      seed: training.seed,
      epoch,
      stepsBefore: (epoch - 1) * this.#stepsPerEpoch,
      learningRate: (step) => this.#rate.at(step),
      signal,
    });
    for await (const run of runs) {
      refuseDivergence(run, epoch);
      const images = totals.add(run);
      const step = run.firstStep + run.steps.length - 1;
      this.#progress.advance({ epoch, step, images, seconds: run.seconds });
      await observer.steps(this.#stepRows(run, epoch), this.#progress.snapshot(performance.now()));
    }
    return totals;
  }

  async #validate(epoch: number): Promise<MetricValues | null> {
    const { evaluator, data, signal } = this.#options;
    const validation = await evaluator.evaluate(this.#state.values, data.splits.validation, signal);
    if (validation === null || Number.isFinite(validation.loss)) return validation;
    throw diverged(`on the validation split after epoch ${epoch}`);
  }

  async #snapshot(row: EpochMetrics): Promise<void> {
    const { epoch, step, train, validation } = row;
    const loss = (validation ?? train).loss;
    const isBest = this.#best === null || loss < this.#best.loss;
    const best = isBest || this.#best === null ? { epoch, step, loss } : this.#best;
    this.#best = best;
    await this.#options.observer.checkpoint({
      position: { epoch, step, seed: this.#options.training.seed, best, learningRate: this.#rate.state },
      tensors: this.#state.tensors(),
      isBest,
      metrics: { train, validation },
    });
  }

  #stepRows(run: RunResult, epoch: number): StepMetrics[] {
    return run.steps.map((result, k) => {
      const step = run.firstStep + k;
      return { step, epoch, loss: result.loss, ...this.#accuracy(result), learning_rate: this.#rate.at(step) };
    });
  }

  /** Of one step, where the training measures it. */
  #accuracy({ predictions, labels, rows }: LabelledStep): { accuracy?: number } {
    const { training, context } = this.#options;
    const wanted = training.metrics.filter(({ type }) => type === 'accuracy');
    if (wanted.length === 0) return {};
    const metrics = createMetrics(wanted, context);
    metrics.add(predictions, labels, rows);
    return metrics.values();
  }
}

/** The figures of an epoch's steps as they come. */
class RunningFigures {
  images = 0;
  seconds = 0;
  readonly #metrics: MetricAccumulator;
  #loss = 0;

  constructor(metrics: MetricAccumulator) {
    this.#metrics = metrics;
  }

  get figures(): MetricValues {
    return { loss: this.#loss / this.images, ...this.#metrics.values() };
  }

  /** Adds a run and returns the number of its images. */
  add(run: RunResult): number {
    let images = 0;
    for (const { loss, predictions, labels, rows } of run.steps) {
      this.#metrics.add(predictions, labels, rows);
      this.#loss += loss * rows;
      images += rows;
    }
    this.images += images;
    this.seconds += run.seconds;
    return images;
  }
}

function refuseDivergence(run: RunResult, epoch: number): void {
  const bad = run.steps.findIndex((step) => !Number.isFinite(step.loss));
  if (bad < 0) return;
  throw diverged(`at epoch ${epoch}, step ${run.firstStep + bad}`);
}

function diverged(where: string): TrainyardError {
  const advice = 'Use a lower learning rate, or another normalization of the images.';
  return new TrainyardError('training_diverged', `The loss is no longer a number ${where}. ${advice}`);
}
