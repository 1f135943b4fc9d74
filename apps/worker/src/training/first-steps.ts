/** The forecast of a job that was posted without one: what its own first seconds tell. */
import { forecastRange, trainingTime } from '@trainyard/analysis';
import type { JobForecast, JobProgress, Training } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';

/** Seconds of training that are looked at. */
const LOOK_S = 2;
/** Where so much of it is done by then, there is nothing to forecast. */
const FRACTION_MAX = 0.5;
const SPREAD = { below: 0.15, above: 0.3 };

export class FirstSteps {
  readonly #training: Training;
  readonly #counts: DatasetContent['counts'];
  readonly #takenAt: number;
  #isDone = false;

  /** `takenAt` is when the worker took the job, by `performance.now()`. */
  constructor(training: Training, { counts }: Pick<DatasetContent, 'counts'>, takenAt = performance.now()) {
    this.#training = training;
    this.#counts = counts;
    this.#takenAt = takenAt;
  }

  /** Once, when enough is known. `elapsed` are the seconds that the job has trained. */
  forecast(progress: JobProgress, elapsed: number): JobForecast | null {
    if (this.#isDone || elapsed < LOOK_S) return null;
    this.#isDone = true;
    const { fraction, images_per_s: speed } = progress;
    if (speed === null || speed <= 0 || fraction > FRACTION_MAX) return null;
    const total = this.#total(speed, (performance.now() - this.#takenAt) / 1000 - elapsed);
    return {
      source: 'first_steps',
      forecast_id: null,
      duration_s: forecastRange(total, [], SPREAD),
      memory_bytes: null,
    };
  }

  /** Evaluations were not seen yet, and checkpoints cost little. */
  #total(imagesPerSecond: number, prepare: number): number {
    const { epochs, batch_size, checkpoints, budget } = this.#training;
    const { train, validation, test } = this.#counts;
    const step = batch_size / imagesPerSecond;
    const phase = { epochs, extra: 0, stepInRun: null, singleStep: step };
    const costs = {
      prepare,
      pack: 0,
      phases: [phase],
      evaluationBatch: null,
      testBatch: null,
      checkpoint: 0,
      finish: 0,
    };
    return trainingTime(costs, {
      stepsPerEpoch: train.total / batch_size,
      stepsPerRun: 1,
      evaluationBatchSize: 1,
      images: { train: train.total, validation: validation.total, test: test.total },
      checkpointEpochs: checkpoints.every_epochs,
      checkpointSeconds: checkpoints.every_seconds,
      budget: budget?.max_seconds ?? null,
    }).total;
  }
}
