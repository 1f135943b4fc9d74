/**
 * The fit loop: epochs over the train split, a look at the validation split after each, snapshots to keep. Everything
 * random is a function of (seed, epoch, step), so a training that starts from a snapshot goes on as if it had not ended.
 */
import {
  type EpochMetrics,
  type JobProgress,
  type MetricValues,
  type StepMetrics,
  type Training,
  TrainyardError,
} from '@trainyard/contracts';
import type { PackedDataset } from '@trainyard/datasets';
import type { BestCheckpoint, CheckpointTensors, TrainingPosition } from './checkpoint-file.js';
import { type Runners, type RunResult, trainEpoch } from './epoch.js';
import { type Evaluation, type Evaluator, namedMetrics } from './evaluate.js';
import { ProgressMeter } from './progress.js';
import { TrainState } from './train-state.js';

export interface FitOptions {
  training: Training;
  data: PackedDataset;
  runners: Runners;
  evaluator: Evaluator;
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
export function stepsPerEpoch(data: PackedDataset, training: Training): number {
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
  readonly #stepsPerEpoch: number;
  #best: BestCheckpoint | null;

  constructor(options: FitOptions) {
    const { training, runners, start } = options;
    const step = runners.several?.step ?? runners.single?.step;
    this.#options = options;
    this.#state = new TrainState(step?.state ?? [], start.tensors);
    this.#best = start.best;
    this.#stepsPerEpoch = stepsPerEpoch(options.data, training);
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
    const totals = await this.#train(epoch);
    const validation = await this.#validate(epoch);
    const row: EpochMetrics = {
      epoch,
      step: epoch * this.#stepsPerEpoch,
      train: this.#named({ loss: totals.loss / totals.images, accuracy: totals.correct / totals.images }),
      validation: validation && this.#named(validation),
      learning_rate: this.#learningRate(),
      images_per_s: Math.round((totals.images / totals.seconds) * 10) / 10,
      duration_s: Math.round(performance.now() - startedAt) / 1000,
    };
    await this.#options.observer.epoch(row, this.#progress.snapshot(performance.now()));
    const { epochs, checkpoints } = this.#options.training;
    if (epoch % checkpoints.every_epochs === 0 || epoch === epochs) await this.#snapshot(row);
  }

  async #train(epoch: number) {
    const { training, runners, data, signal, observer } = this.#options;
    const stepsBefore = (epoch - 1) * this.#stepsPerEpoch;
    const totals = { loss: 0, correct: 0, images: 0, seconds: 0 };
    const runs = trainEpoch({
      runners,
      state: this.#state,
      split: data.splits.train,
      batchSize: training.batch_size,
      seed: training.seed,
      epoch,
      stepsBefore,
      learningRate: () => this.#learningRate(),
      signal,
    });
    for await (const run of runs) {
      refuseDivergence(run, epoch);
      const images = sum(run.rows);
      totals.images += images;
      totals.seconds += run.seconds;
      totals.loss += sum(run.steps.map((step, k) => step.loss * run.rows[k]));
      totals.correct += sum(run.steps.map((step) => step.correct));
      const step = run.firstStep + run.steps.length - 1;
      this.#progress.advance({ epoch, step, images, seconds: run.seconds });
      await observer.steps(this.#stepRows(run, epoch), this.#progress.snapshot(performance.now()));
    }
    return totals;
  }

  async #validate(epoch: number): Promise<Evaluation | null> {
    const { evaluator, data, signal } = this.#options;
    const validation = await evaluator.evaluate(this.#state.parameters(), data.splits.validation, signal);
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
      position: { epoch, step, seed: this.#options.training.seed, best },
      tensors: this.#state.tensors(),
      isBest,
      metrics: { train, validation },
    });
  }

  #stepRows(run: RunResult, epoch: number): StepMetrics[] {
    return run.steps.map((step, k) => ({
      step: run.firstStep + k,
      epoch,
      ...this.#named({ loss: step.loss, accuracy: step.correct / run.rows[k] }),
      loss: step.loss,
      learning_rate: this.#learningRate(),
    }));
  }

  #named(figures: Evaluation): MetricValues {
    return namedMetrics(figures, this.#options.training.metrics);
  }

  #learningRate(): number {
    return this.#options.training.optimizer.learning_rate;
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
