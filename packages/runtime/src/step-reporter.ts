/**
 * Collects the figures of steps and hands them on about once a second: a small network makes thousands of them. Those of
 * the first run go at once, so that whoever waits sees that the training has begun.
 */
import type { JobProgress, StepMetrics } from '@trainyard/contracts';

const INTERVAL_MS = 1000;

/** Longest list that is handed on at once. */
const ROWS_MAX = 2000;

export class StepReporter {
  readonly #deliver: (rows: StepMetrics[], progress: JobProgress) => Promise<void>;
  readonly #now: () => number;
  #rows: StepMetrics[] = [];
  #progress: JobProgress | null = null;
  #deliveredAt = Number.NEGATIVE_INFINITY;

  constructor(deliver: (rows: StepMetrics[], progress: JobProgress) => Promise<void>, now = () => performance.now()) {
    this.#deliver = deliver;
    this.#now = now;
  }

  async add(rows: StepMetrics[], progress: JobProgress): Promise<void> {
    this.#rows.push(...rows);
    this.#progress = progress;
    if (this.#rows.length >= ROWS_MAX || this.#now() - this.#deliveredAt >= INTERVAL_MS) await this.flush();
  }

  /** Hands on what is left; call it before anything that follows the steps. */
  async flush(): Promise<void> {
    if (this.#progress === null) return;
    const [rows, progress] = [this.#rows, this.#progress];
    this.#rows = [];
    this.#progress = null;
    this.#deliveredAt = this.#now();
    await this.#deliver(rows, progress);
  }
}
