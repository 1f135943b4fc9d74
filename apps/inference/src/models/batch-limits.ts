/**
 * How many images are computed at once, and how long a request is held back for others to come. Without a latency target
 * the batch is as large as a run may be; with one it follows what batches take, by additive increase and multiplicative
 * decrease (Crankshaw et al., Clipper, NSDI 2017, section 4.3).
 */

export interface BatchingOptions {
  /** Images of one run of the session; at most and by default what the model takes, 32 but for slow ones. */
  max_batch_size?: number;
  /** How long a request may be held back; 0 by default. */
  max_delay_ms?: number;
  /** What a request may take, waiting included. */
  max_latency_ms?: number;
}

/** A request may wait for the whole batch before its own, so one batch may take half of the target. */
const PART_OF_TARGET = 0.5;
const DECREASE = 0.9;
/** Of exponentially weighted means. */
const WEIGHT = 0.1;

export class BatchLimits {
  /** Images of one run. */
  #most = 1;
  #options: BatchingOptions = {};
  /** Where the latency target has brought it to. */
  #adapted = 1;
  #computeMs = 0;
  #gapMs = Number.POSITIVE_INFINITY;
  #arrivedAt: number | undefined;

  /** Tells how many images one run of the session takes. */
  limitRuns(images: number): void {
    this.#most = images;
    this.#adapted = images;
  }

  /** Images of the next group. */
  get images(): number {
    return Math.max(1, Math.min(Math.floor(this.#adapted), this.#options.max_batch_size ?? this.#most));
  }

  /** A request came; its endpoint's options hold from now on. @param now of `performance.now()` */
  arrived(now: number, options: BatchingOptions = {}): void {
    this.#options = options;
    if (this.#arrivedAt !== undefined) {
      const gap = now - this.#arrivedAt;
      this.#gapMs = Number.isFinite(this.#gapMs) ? this.#gapMs + WEIGHT * (gap - this.#gapMs) : gap;
    }
    this.#arrivedAt = now;
  }

  /** A group of so many images took so long. */
  computed(images: number, ms: number): void {
    this.#computeMs += WEIGHT * (ms - this.#computeMs);
    const target = this.#options.max_latency_ms;
    if (target === undefined) {
      this.#adapted = this.#most;
    } else if (ms > PART_OF_TARGET * target) {
      this.#adapted = Math.max(1, DECREASE * Math.min(this.#adapted, images));
    } else if (images >= Math.floor(this.#adapted)) {
      this.#adapted = Math.min(this.#most, this.#adapted + 1);
    }
  }

  /**
   * How long the oldest of `images` that wait may be held back: not at all once a batch is full, where no other request
   * is expected in that time, or beyond what the latency target leaves.
   */
  delay(images: number): number {
    const { max_delay_ms: most = 0, max_latency_ms: target = Number.POSITIVE_INFINITY } = this.#options;
    if (most === 0 || images >= this.images) return 0;
    const delay = Math.min(most, PART_OF_TARGET * target - this.#computeMs);
    return this.#gapMs < delay ? delay : 0;
  }
}
