/** How far a training is, how fast it goes and when it will be done. */
import type { JobProgress, Split } from '@trainyard/contracts';
import { ForecastRecord } from './forecast.js';
import { Pace } from './pace.js';

/** Seconds over which the speed is smoothed. */
const SMOOTHING_S = 5;

/** What an image costs that is only looked at, as a part of what one costs that is trained on. */
const EVALUATION_COST = 1 / 3;

export interface ProgressOptions {
  epochs: number;
  /** In all. */
  steps: number;
  /** Of the last step that was done before; 0 in a new job. */
  epoch: number;
  step: number;
  /** Images of each split. */
  images: Readonly<Record<Split, number>>;
  /** Milliseconds. */
  now: number;
}

/** Its times are in milliseconds. */
export class ProgressMeter {
  readonly #options: ProgressOptions;
  readonly #forecasts = new ForecastRecord();
  #epoch: number;
  #step: number;
  #imagesPerSecond: number | null = null;
  /** When the run or the end of an epoch before this moment was over. */
  #mark: number;
  /** Of this process. The first run makes room in memory, and says little about the others. */
  #first: Pace | null = null;
  readonly #runs = new Pace();
  readonly #ends = new Pace();
  #epochsEnded: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#mark = options.now;
    this.#epoch = options.epoch;
    this.#epochsEnded = options.epoch;
    this.#step = options.step;
  }

  /** Counts one run: it trained `images` images in `seconds` and ended at `step` of `epoch`. */
  advance(run: { epoch: number; step: number; images: number; seconds: number; now: number }): void {
    const timed = this.#first === null ? new Pace() : this.#runs;
    timed.add(run.step - this.#step, this.#sinceMark(run.now));
    this.#first ??= timed;
    this.#epoch = run.epoch;
    this.#step = run.step;
    const speed = run.images / Math.max(run.seconds, 1e-6);
    const weight = 1 - Math.exp(-run.seconds / SMOOTHING_S);
    this.#imagesPerSecond =
      this.#imagesPerSecond === null ? speed : this.#imagesPerSecond + weight * (speed - this.#imagesPerSecond);
  }

  /** Counts what comes after the steps of an epoch: its validation, and its checkpoint where there is one. */
  epochEnded(now: number): void {
    this.#epochsEnded += 1;
    this.#ends.add(1, this.#sinceMark(now));
  }

  /** What came since the last run, or the end of an epoch, was neither. */
  leaveOut(now: number): void {
    this.#mark = now;
  }

  snapshot(now: number): JobProgress {
    const { epochs, steps } = this.#options;
    const eta = this.#secondsLeft();
    const at = (now - this.#options.now) / 1000;
    const error = eta === null ? null : this.#forecasts.error(at, eta);
    if (eta !== null) this.#forecasts.add(at, eta);
    return {
      epoch: this.#epoch,
      epochs,
      step: this.#step,
      steps,
      fraction: steps === 0 ? 1 : this.#step / steps,
      eta_s: eta === null ? null : rounded(eta),
      eta_error_s: error === null ? null : rounded(error),
      images_per_s: this.#imagesPerSecond === null ? null : rounded(this.#imagesPerSecond),
    };
  }

  #sinceMark(now: number): number {
    const seconds = (now - this.#mark) / 1000;
    this.#mark = now;
    return seconds;
  }

  /** The steps that are left, the ends of epochs and the test, each as long as those before; null before the first run. */
  #secondsLeft(): number | null {
    const { epochs, steps, images } = this.#options;
    const perStep = this.#runs.secondsEach ?? this.#first?.secondsEach ?? null;
    if (perStep === null) return null;
    const perImage = (EVALUATION_COST * perStep * steps) / epochs / Math.max(images.train, 1);
    const perEnd = this.#ends.secondsEach ?? perImage * images.validation;
    const perTestImage = images.validation > 0 ? perEnd / images.validation : perImage;
    const endsLeft = epochs - this.#epochsEnded;
    return (steps - this.#step) * perStep + endsLeft * perEnd + images.test * perTestImage;
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
