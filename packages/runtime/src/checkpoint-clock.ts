/** Says when a checkpoint is due in the middle of an epoch: after so many steps, or so much time. */
import type { Training } from '@trainyard/contracts';

/** However short the time asked for, writing takes no larger share of a training than this. */
const SHARE_MAX = 0.01;

export class CheckpointClock {
  readonly #every: Training['checkpoints'];
  #writtenAt: number;
  /** Of the last two. */
  #costsMs: number[] = [];

  /** Times are in milliseconds. */
  constructor(every: Training['checkpoints'], now: number) {
    this.#every = every;
    this.#writtenAt = now;
  }

  /** Whether one is due after a run that led from one step to another. */
  isDue(steps: { from: number; to: number }, now: number): boolean {
    const { every_steps: every, every_seconds: seconds } = this.#every;
    if (every !== null && Math.floor(steps.to / every) > Math.floor(steps.from / every)) return true;
    return now - this.#writtenAt >= Math.max(seconds * 1000, this.#costMs / SHARE_MAX);
  }

  /** Takes note of a checkpoint that was begun and is safe now. */
  written(begun: number, now: number): void {
    this.#writtenAt = now;
    this.#costsMs = [...this.#costsMs.slice(-1), now - begun];
  }

  /** One that had to wait, for room on the disk or for the database, says nothing of the next. */
  get #costMs(): number {
    return this.#costsMs.length === 0 ? 0 : Math.min(...this.#costsMs);
  }
}
