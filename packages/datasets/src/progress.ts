/** Turns what has been done into reports of progress, a few a second however many images there are. */
import type { DatasetProgress, IngestStage } from '@trainyard/contracts';

const REPORT_EVERY_MS = 200;

/** Where each stage begins, as a fraction of the whole. */
const STARTS: Readonly<Record<IngestStage, number>> = { unpacking: 0, listing: 0.05, decoding: 0.1, checking: 0.95 };
const ENDS: Readonly<Record<IngestStage, number>> = { unpacking: 0.05, listing: 0.1, decoding: 0.95, checking: 1 };

export class ProgressReporter {
  readonly #report: (progress: DatasetProgress) => void;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #stage: IngestStage | null = null;
  #fraction = 0;

  constructor(report: (progress: DatasetProgress) => void) {
    this.#report = report;
  }

  /** The archive, by its bytes. */
  unpacking(done: number, total: number): void {
    this.#send('unpacking', done / total, { images: 0, images_total: null });
  }

  listing(done: number, total: number): void {
    this.#send('listing', done / total, { images: 0, images_total: total });
  }

  decoding(done: number, total: number): void {
    this.#send('decoding', done / total, { images: done, images_total: total });
  }

  checking(images: number): void {
    this.#send('checking', 0, { images, images_total: images });
  }

  /** The last report, which is always sent. */
  finish(images: number): void {
    this.#report({ stage: 'checking', fraction: 1, images, images_total: images });
  }

  /** The first of each stage is always sent. What is done again, in another size, does not bring the fraction back. */
  #send(stage: IngestStage, share: number, counts: Pick<DatasetProgress, 'images' | 'images_total'>): void {
    const now = performance.now();
    if (stage === this.#stage && now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#stage = stage;
    this.#reportedAt = now;
    const start = STARTS[stage];
    this.#fraction = Math.max(this.#fraction, start + (ENDS[stage] - start) * Math.min(1, share));
    this.#report({ stage, fraction: this.#fraction, ...counts });
  }
}
