/** The figures of an epoch's steps as they come; a checkpoint within the epoch keeps them. */
import type { EpochState, MetricValues } from '@trainyard/contracts';
import type { MetricAccumulator } from '@trainyard/engine';
import type { RunResult } from './epoch.js';

export class RunningFigures {
  readonly #metrics: MetricAccumulator;
  #steps = 0;
  #images = 0;
  #loss = 0;
  /** Of this process: checkpoints hold no times. */
  #timed = { images: 0, seconds: 0 };

  /** @param earlier of the checkpoint from which the epoch goes on; null at its start */
  constructor(metrics: MetricAccumulator, earlier: EpochState | null) {
    this.#metrics = metrics;
    if (earlier === null) return;
    this.#steps = earlier.steps;
    this.#images = earlier.images;
    this.#loss = earlier.loss;
    metrics.restore(earlier.metrics);
  }

  /** Of the epoch, done so far. */
  get steps(): number {
    return this.#steps;
  }

  get values(): MetricValues {
    return { loss: this.#loss / this.#images, ...this.#metrics.values() };
  }

  /** 0 where no step of the epoch was left to this process. */
  get imagesPerSecond(): number {
    const { images, seconds } = this.#timed;
    return images === 0 ? 0 : Math.round((images / seconds) * 10) / 10;
  }

  get state(): EpochState {
    return { steps: this.#steps, images: this.#images, loss: this.#loss, metrics: this.#metrics.save() };
  }

  /** Adds a run and returns the number of its images. */
  add(run: RunResult): number {
    let images = 0;
    for (const { loss, predictions, labels, rows } of run.steps) {
      this.#metrics.add(predictions, labels, rows);
      this.#loss += loss * rows;
      images += rows;
    }
    this.#steps += run.steps.length;
    this.#images += images;
    this.#timed.images += images;
    this.#timed.seconds += run.seconds;
    return images;
  }
}
