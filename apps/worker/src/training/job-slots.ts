/**
 * How a worker divides its threads among the jobs that it trains at once. A job that nobody waits behind gets all that are free; with
 * jobs waiting each gets an equal share, down to one thread each. Jobs of one thread take longer, but more of them are done in an
 * hour: what a second thread adds to one training is less than what it does for another.
 */
import type { Demand } from '@trainyard/db';

const GIB = 1024 ** 3;
/** A trainer takes 0.2 to 1 GiB for the networks that are ready-made, and twice that with larger images or batches. */
const JOB_BYTES = 2 * GIB;

export interface SlotOptions {
  threads: number;
  /** Bytes that this process and its children may take together. */
  memory: number;
  /** A GPU trains one job after another: its memory is not divided. */
  hasCuda: boolean;
}

/** How many jobs a worker trains at once where the operator has not said. */
export function defaultJobsMax({ threads, memory, hasCuda }: SlotOptions): number {
  return hasCuda ? 1 : Math.max(1, Math.min(threads, Math.floor(memory / JOB_BYTES)));
}

export class JobSlots {
  readonly #jobsMax: number;
  #freeThreads: number;
  #jobs = 0;

  constructor(threads: number, jobsMax: number) {
    this.#freeThreads = threads;
    this.#jobsMax = Math.min(threads, jobsMax);
  }

  /** Whether another job can be taken. */
  get hasRoom(): boolean {
    return this.#jobs < this.#jobsMax && this.#freeThreads > 0;
  }

  /**
   * Threads for a job that was taken, and a function that gives them back. A job that goes on keeps the threads of its plan, by which
   * it ends with the same bits: where fewer are free it has those, and trains beside the others with more threads than that.
   */
  take(demand: Demand, planned: number | null): { threads: number; release: () => void } {
    const share = this.#shareOf(demand);
    const held = Math.min(planned ?? share, this.#freeThreads);
    this.#jobs++;
    this.#freeThreads -= held;
    return {
      threads: share,
      release: () => {
        this.#jobs--;
        this.#freeThreads += held;
      },
    };
  }

  /** Workers that train nothing take their part of what waits. */
  #shareOf({ waiting, idleWorkers }: Demand): number {
    const ours = Math.ceil(waiting / (1 + idleWorkers));
    const jobs = Math.max(1, Math.min(ours, this.#jobsMax - this.#jobs));
    return Math.max(1, Math.floor(this.#freeThreads / jobs));
  }
}
