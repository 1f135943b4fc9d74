/** Turns what has been done into reports of progress, a few a second however many images there are. */
import type { DatasetProgress } from '@trainyard/contracts';

const REPORT_EVERY_MS = 200;

/** Reading the heads of the images is the first part of the work; decoding them is the rest. */
const LISTING_FRACTION = 0.25;

export class ProgressReporter {
  readonly #report: (progress: DatasetProgress) => void;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(report: (progress: DatasetProgress) => void) {
    this.#report = report;
  }

  listing(done: number, total: number): void {
    this.#send({ fraction: (LISTING_FRACTION * done) / total, images: 0, images_total: total });
  }

  packing(done: number, total: number): void {
    const fraction = LISTING_FRACTION + ((1 - LISTING_FRACTION) * done) / total;
    this.#send({ fraction, images: done, images_total: total });
  }

  /** The last report, which is always sent. */
  finish(total: number): void {
    this.#report({ fraction: 1, images: total, images_total: total });
  }

  #send(progress: DatasetProgress): void {
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    this.#report(progress);
  }
}
