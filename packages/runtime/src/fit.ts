/**
 * The fit loop: epochs over the train split, a look at the validation split after each, snapshots to keep. Everything
 * random is a function of (seed, epoch, step), so a training that starts from a snapshot goes on as if it had not ended.
 */
import {
  type EarlyStoppingState,
  type EpochMetrics,
  type EpochState,
  type JobProgress,
  type MetricValues,
  type PlateauState,
  type ProbeMetrics,
  type Split,
  type StepMetrics,
  type StopOrder,
  type StopReason,
  type Training,
  TrainyardError,
} from '@trainyard/contracts';
import { createMetrics, type MetricContext, runningMetrics } from '@trainyard/engine';
import { CheckpointClock } from './checkpoint-clock.js';
import type { BestCheckpoint, CheckpointTensors, TrainingPosition } from './checkpoint-file.js';
import type { CompiledTraining } from './compiled-training.js';
import { refuseLosses, refuseTensors, refuseValidation } from './divergence.js';
import { type LabelledStep, type RunResult, trainEpoch } from './epoch.js';
import type { Evaluator } from './evaluate.js';
import { LearningRate } from './learning-rate.js';
import type { NetworkProbe, RecentSteps } from './network-probe.js';
import { nonFiniteLayer } from './non-finite-layer.js';
import { Patience } from './patience.js';
import { onlyPhase, type TrainingPhase } from './phases.js';
import { RunInputs } from './preparation/run-inputs.js';
import { ProgressMeter } from './progress.js';
import { RunningFigures } from './running-figures.js';
import { type CarriedTensor, TrainState } from './train-state.js';
import type { TrainingData } from './training-data.js';

export interface FitOptions {
  training: Training;
  data: TrainingData;
  runners: CompiledTraining['runners'];
  preparation: CompiledTraining['preparation'];
  evaluator: Evaluator;
  /** Looks into the network after some epochs; null, or left out, where nobody does. */
  probe?: NetworkProbe | null;
  /** Weights that no step takes in, and that checkpoints hold as well. */
  carried?: readonly CarriedTensor[];
  /** What kind of model it is, for its metrics. */
  context: MetricContext;
  start: FitStart;
  /** What every learning rate is multiplied by, beside the phase's own factor; 1 where it is left out. */
  rateFactor?: number;
  /** The part of the training that is to be done; all of it where it is left out. */
  phase?: TrainingPhase;
  /** Aborting it ends the training between two runs; the promise is then rejected with the signal's reason. */
  signal: AbortSignal;
  /** Asked after each run: how the training shall end before its time; null, or left out, where it shall go on. */
  order?: () => FitOrder | null;
  /** It hands over once so many epochs are done; null, or left out, for never. */
  holdAtEpoch?: number | null;
  /** Seconds trained so far, over all attempts; a budget is compared with them. */
  elapsed?: () => number;
  observer: FitObserver;
}

/** Write a checkpoint, and go on elsewhere; or keep what is trained so far as the result. */
export type FitOrder = Exclude<StopOrder, 'abandon'>;

export interface FitResult {
  /** The checkpoint that is the result. */
  best: BestCheckpoint;
  stopReason: StopReason;
}

/** A new training starts at epoch 0 and step 0 with its initial weights; one that goes on has its slots as well. */
export interface FitStart {
  tensors: ReadonlyMap<string, Float32Array>;
  /** Epochs done. */
  epoch: number;
  step: number;
  inEpoch?: EpochState;
  best: BestCheckpoint | null;
  /** Of a schedule that follows the figures; null at the start. */
  learningRate: PlateauState | null;
  earlyStopping?: EarlyStoppingState;
}

/** Is told what happens; the training waits for the promises that it gives back. */
export interface FitObserver {
  steps(rows: StepMetrics[], progress: JobProgress): Promise<void>;
  epoch(row: EpochMetrics, progress: JobProgress): Promise<void>;
  /** Of the untrained network, after the first run; and before the row of an epoch. */
  probe?(row: ProbeMetrics): Promise<void>;
  checkpoint(snapshot: Snapshot): Promise<void>;
}

export interface Snapshot {
  position: TrainingPosition;
  tensors: CheckpointTensors;
  /** Whether it has the best figure of all snapshots so far. */
  isBest: boolean;
  /** In the middle of an epoch those of its steps so far, without a validation. */
  metrics: Pick<EpochMetrics, 'train' | 'validation'>;
}

/** Steps in an epoch: the last batch may be short. */
export function stepsPerEpoch(data: TrainingData, training: Training): number {
  return Math.ceil(data.splits.train.count / training.batch_size);
}

function imagesOf({ splits: { train, validation, test } }: TrainingData): Record<Split, number> {
  return { train: train.count, validation: validation.count, test: test.count };
}

/**
 * Trains until the last epoch of the phase is done, or until it is told to end, and says which snapshot is the result: null where the
 * training is to go on elsewhere. Throws a `DivergedError` when a loss or a number of its state is none any more: what it
 * throws and when depends on the steps alone, never on the clock.
 */
export async function fit(options: FitOptions): Promise<FitResult | null> {
  const fitting = new Fitting(options);
  const over = fitting.over;
  if (over !== null) return { best: fitting.best, stopReason: over };
  if (fitting.isHeldAfter(options.start.epoch)) return null;
  try {
    for (let epoch = options.start.epoch + 1; epoch <= fitting.lastEpoch; epoch++) {
      const ending = await fitting.epoch(epoch);
      if (ending === 'handed_over') return null;
      if (ending !== null) return { best: fitting.best, stopReason: ending };
    }
    return { best: fitting.best, stopReason: 'completed' };
  } finally {
    // Another fit may begin from a checkpoint at once, with the same buffers.
    await fitting.close();
  }
}

/** Why a training ends before its last epoch. */
type Ending = 'handed_over' | Exclude<StopReason, 'completed'>;

class Fitting {
  readonly #options: FitOptions;
  readonly #state: TrainState;
  readonly #inputs: RunInputs;
  readonly #progress: ProgressMeter;
  readonly #rate: LearningRate;
  readonly #patience: Patience;
  readonly #clock: CheckpointClock;
  readonly #stepsPerEpoch: number;
  readonly #phase: TrainingPhase;
  #best: BestCheckpoint | null;
  #recent: RecentSteps | null = null;
  /** What an untrained network began with, until it was looked at. */
  #untrained: ReadonlyMap<string, Float32Array> | null = null;

  constructor(options: FitOptions) {
    const { training, runners, preparation, data, start } = options;
    this.#options = options;
    this.#phase = options.phase ?? onlyPhase(training);
    this.#state = new TrainState(runners.state, start.tensors, options.carried);
    this.#inputs = new RunInputs({
      ...{ runners, preparation, split: data.splits.train },
      ...{ batchSize: training.batch_size, seed: training.seed },
      ...{ firstEpoch: start.epoch + 1, lastEpoch: this.#phase.last, stepsDone: start.inEpoch?.steps ?? 0 },
    });
    this.#best = start.best;
    if (start.step === 0) this.#untrained = new Map(this.#state.values);
    this.#patience = new Patience(training.early_stopping ?? null, start.earlyStopping ?? null);
    this.#clock = new CheckpointClock(training.checkpoints, performance.now());
    this.#stepsPerEpoch = stepsPerEpoch(options.data, training);
    const factor = this.#phase.rateFactor * (options.rateFactor ?? 1);
    this.#rate = new LearningRate(training, this.#stepsPerEpoch, start.learningRate, factor);
    this.#progress = new ProgressMeter({
      epochs: training.epochs,
      steps: this.#stepsPerEpoch * training.epochs,
      epoch: start.epoch,
      step: start.step,
      images: imagesOf(options.data),
      now: performance.now(),
    });
  }

  close(): Promise<void> {
    return this.#inputs.close();
  }

  get lastEpoch(): number {
    return this.#phase.last;
  }

  get best(): BestCheckpoint {
    if (this.#best) return this.#best;
    throw new TrainyardError('internal', 'The training ended without a checkpoint.');
  }

  /** Why a training that goes on has nothing to do: it had ended, but for its test. */
  get over(): Exclude<Ending, 'handed_over'> | null {
    const { epoch, inEpoch, best } = this.#options.start;
    if (best === null || epoch === this.#options.training.epochs) return null;
    if (!inEpoch && this.#isPatienceOver) return 'early_stopping';
    return this.#isBudgetSpent() ? 'budget' : null;
  }

  /** Patience is for the last phase alone: whether another comes is said by the epoch, not by the figures. */
  get #isPatienceOver(): boolean {
    return this.lastEpoch === this.#options.training.epochs && this.#patience.isOver;
  }

  /** Trains one epoch, or what is left of it. */
  async epoch(epoch: number): Promise<Ending | null> {
    const startedAt = performance.now();
    const { start, training, observer } = this.#options;
    const earlier = (epoch === start.epoch + 1 && start.inEpoch) || null;
    const totals = new RunningFigures(this.#metrics(), earlier);
    const ending = await this.#train(epoch, totals);
    const isDone = totals.steps === this.#stepsPerEpoch;
    if (ending === 'handed_over' || (ending !== null && !isDone)) {
      await this.#interrupt(epoch, totals, ending);
      return ending;
    }
    const step = epoch * this.#stepsPerEpoch;
    const validation = await this.#validate(epoch, step);
    const row: EpochMetrics = {
      epoch,
      step,
      train: totals.values,
      validation,
      learning_rate: this.#rate.at(step),
      images_per_s: totals.imagesPerSecond,
      duration_s: Math.round(performance.now() - startedAt) / 1000,
    };
    this.#rate.afterEpoch(row);
    await this.#look(epoch);
    await observer.epoch(row, this.#progress.snapshot(performance.now()));
    this.#patience.afterEpoch(row);
    if (epoch === training.epochs) {
      await this.#epochSnapshot(row, true);
      return null;
    }
    const reason = ending ?? (this.#isPatienceOver ? 'early_stopping' : null);
    const isHeld = this.isHeldAfter(epoch);
    const isDue = epoch === this.lastEpoch || epoch % training.checkpoints.every_epochs === 0;
    if (reason !== null || isHeld || isDue) {
      await this.#epochSnapshot(row, reason !== null);
    }
    this.#progress.epochEnded(performance.now());
    return reason ?? (isHeld ? 'handed_over' : null);
  }

  /** Whether the training is to wait once so many epochs are done. */
  isHeldAfter(epoch: number): boolean {
    const { training, holdAtEpoch } = this.#options;
    return epoch < training.epochs && epoch >= (holdAtEpoch ?? training.epochs);
  }

  /** Looks into the network where that is due when so many epochs are done. */
  async #look(epoch: number, tensors = this.#state.values): Promise<void> {
    const { probe, data, observer } = this.#options;
    if (!probe?.isDue(epoch)) return;
    const at = { epoch, step: epoch * this.#stepsPerEpoch };
    await observer.probe?.(await probe.look(at, tensors, data.splits.train, epoch === 0 ? null : this.#recent));
  }

  /** Once, behind the first run: whoever waits sees the first steps sooner. */
  async #lookAtUntrained(): Promise<void> {
    const untrained = this.#untrained;
    if (untrained === null) return;
    this.#untrained = null;
    await this.#look(0, untrained);
    this.#progress.leaveOut(performance.now());
  }

  #metrics() {
    const { training, context } = this.#options;
    return createMetrics(runningMetrics(training.metrics), context);
  }

  /** Runs the steps that are left of an epoch; says why where it ended before the training should. */
  async #train(epoch: number, totals: RunningFigures): Promise<Ending | null> {
    const { training, signal, observer } = this.#options;
    const stepsBefore = (epoch - 1) * this.#stepsPerEpoch;
    const runs = trainEpoch({
      inputs: this.#inputs,
      state: this.#state,
      seed: training.seed,
      epoch,
      learningRate: (step) => this.#rate.at(step),
      optimizerStart: (this.#phase.first - 1) * this.#stepsPerEpoch,
      signal,
    });
    const { probe } = this.#options;
    const watched = probe?.isDue(epoch) ? probe.weights : [];
    const weights = () => new Map(watched.map((name) => [name, this.#state.value(name)]));
    let before = weights();
    for await (const run of runs) {
      if (watched.length > 0) {
        this.#recent = { before, steps: run.steps.length };
        before = weights();
      }
      try {
        refuseLosses(run, epoch, () => this.#state.values);
      } catch (error) {
        await this.#lookAtUntrained();
        throw error;
      }
      const images = totals.add(run);
      const step = stepsBefore + totals.steps;
      this.#progress.advance({ epoch, step, images, seconds: run.seconds, now: performance.now() });
      await observer.steps(this.#stepRows(run, epoch), this.#progress.snapshot(performance.now()));
      await this.#lookAtUntrained();
      const ending = this.#ending();
      if (ending !== null) return ending;
      if (totals.steps === this.#stepsPerEpoch) continue;
      const isDue = this.#clock.isDue({ from: run.firstStep - 1, to: step }, performance.now());
      if (isDue) await this.#stepSnapshot(epoch, totals);
    }
    return null;
  }

  #ending(): Ending | null {
    const order = this.#options.order?.() ?? null;
    if (order === null) return this.#isBudgetSpent() ? 'budget' : null;
    return order === 'hand_over' ? 'handed_over' : 'stopped';
  }

  #isBudgetSpent(): boolean {
    const { training, elapsed } = this.#options;
    return (elapsed?.() ?? 0) >= (training.budget?.max_seconds ?? Number.POSITIVE_INFINITY);
  }

  /** Ends in the middle of an epoch. What is kept without a whole epoch before it is the best that there is. */
  async #interrupt(epoch: number, totals: RunningFigures, ending: Ending): Promise<void> {
    const isResult = ending !== 'handed_over' && this.#best === null;
    const step = (epoch - 1) * this.#stepsPerEpoch + totals.steps;
    await this.#stepSnapshot(epoch, totals, isResult ? { validation: await this.#validate(epoch, step) } : null);
  }

  async #validate(epoch: number, step: number): Promise<MetricValues | null> {
    const { evaluator, data, signal } = this.#options;
    const { values } = this.#state;
    refuseTensors(epoch, step, values);
    const validation = await evaluator.evaluate(values, data.splits.validation, signal);
    if (validation !== null) refuseValidation(validation.loss, epoch, step, values);
    return validation;
  }

  async #epochSnapshot(row: EpochMetrics, isLast: boolean): Promise<void> {
    const { epoch, step, train, validation } = row;
    const loss = this.#patience.figureOf(row);
    const isResult = isLast && this.#options.training.early_stopping?.restore_best === false;
    const isBest = isResult || this.#best === null || this.#patience.isBetter(loss, this.#best.loss);
    if (isBest) this.#best = { epoch, step, loss };
    await this.#snapshot({ epoch, step }, isBest, { train, validation });
  }

  /**
   * In the middle of an epoch. It is the best of all where it was validated. A state that holds anything but numbers is not
   * kept; that the training has diverged is said at the next loss that shows it, or at the epoch's end.
   */
  async #stepSnapshot(
    epoch: number,
    totals: RunningFigures,
    validated: { validation: MetricValues | null } | null = null,
  ): Promise<void> {
    if (nonFiniteLayer(this.#state.values) !== null) return;
    const at = { epoch: epoch - 1, step: (epoch - 1) * this.#stepsPerEpoch + totals.steps };
    const metrics = { train: totals.values, validation: validated?.validation ?? null };
    if (validated) this.#best = { ...at, loss: this.#patience.figureOf(metrics) };
    await this.#snapshot({ ...at, inEpoch: totals.state }, validated !== null, metrics);
  }

  async #snapshot(
    at: Pick<TrainingPosition, 'epoch' | 'step' | 'inEpoch'>,
    isBest: boolean,
    metrics: Snapshot['metrics'],
  ): Promise<void> {
    const begun = performance.now();
    const { seed } = this.#options.training;
    await this.#options.observer.checkpoint({
      position: {
        ...at,
        seed,
        best: this.#best,
        learningRate: this.#rate.state,
        ...(this.#patience.state ? { earlyStopping: this.#patience.state } : {}),
      },
      tensors: this.#state.tensors(),
      isBest,
      metrics,
    });
    this.#clock.written(begun, performance.now());
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
