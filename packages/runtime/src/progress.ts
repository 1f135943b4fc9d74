/** How far a training is, how fast it goes and when it will be done. */
import type { JobProgress } from '@trainyard/contracts';

/** Seconds over which the speed is smoothed. */
const SMOOTHING_S = 5;

export class ProgressMeter {
  readonly #epochs: number;
  readonly #steps: number;
  readonly #firstStep: number;
  readonly #startedAt: number;
  #epoch: number;
  #step: number;
  #imagesPerSecond: number | null = null;

  /** `step` is the last step that was done before, 0 in a new job; times are in milliseconds. */
  constructor(options: { epochs: number; steps: number; epoch: number; step: number; now: number }) {
    this.#epochs = options.epochs;
    this.#steps = options.steps;
    this.#firstStep = options.step;
    this.#startedAt = options.now;
    this.#epoch = options.epoch;
    this.#step = options.step;
  }

  /** Counts one run: it trained `images` images in `seconds` and ended at `step` of `epoch`. */
  advance(run: { epoch: number; step: number; images: number; seconds: number }): void {
    this.#epoch = run.epoch;
    this.#step = run.step;
    const speed = run.images / Math.max(run.seconds, 1e-6);
    const weight = 1 - Math.exp(-run.seconds / SMOOTHING_S);
    this.#imagesPerSecond =
      this.#imagesPerSecond === null ? speed : this.#imagesPerSecond + weight * (speed - this.#imagesPerSecond);
  }

  /** The time left counts evaluation and checkpoints too: it goes by the time that passed, not by the time of the runs. */
  snapshot(now: number): JobProgress {
    const done = this.#step - this.#firstStep;
    const secondsPerStep = done > 0 ? (now - this.#startedAt) / 1000 / done : null;
    return {
      epoch: this.#epoch,
      epochs: this.#epochs,
      step: this.#step,
      steps: this.#steps,
      fraction: this.#steps === 0 ? 1 : this.#step / this.#steps,
      eta_s: secondsPerStep === null ? null : rounded(secondsPerStep * (this.#steps - this.#step)),
      images_per_s: this.#imagesPerSecond === null ? null : rounded(this.#imagesPerSecond),
    };
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
