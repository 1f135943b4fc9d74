/** What is done with the inputs of a training's runs before they begin, and who does it. */
import { randomBytes } from '@trainyard/engine';
import type { StepRunner } from '../step-runner.js';
import type { HostWork } from './host-work.js';
import { ImageChanges, type ImageChangesOptions } from './image-changes.js';
import { PreparingThread } from './preparing-thread.js';

/** Fewer random bytes of a run, which take less than a millisecond, are not worth another thread. */
const THREAD_RANDOM_BYTES_MIN = 512 * 1024;

export class Preparation {
  readonly changes: ImageChanges | null;
  readonly #options: ImageChangesOptions | null;
  readonly #isApart: boolean;
  #thread: PreparingThread | null = null;

  /**
   * @param changes null where images are trained on as they are
   * @param isApart whether a thread may do it while a run is computed; else it is done between two runs
   */
  constructor(changes: ImageChangesOptions | null, isApart = true) {
    this.changes = changes && new ImageChanges(changes);
    this.#options = changes;
    this.#isApart = isApart;
    // So early that it is up before the first run.
    if (changes !== null && isApart) this.#thread = new PreparingThread({ changes });
  }

  /** Who changes images and draws random numbers for the runs of a step; null for the training's own thread. */
  threadFor({ step }: StepRunner): Pick<PreparingThread, 'prepare'> | null {
    const drawn = step.random.reduce((sum, input) => sum + randomBytes(input), 0) * step.stepsPerRun;
    const isWorth = this.#options !== null || drawn >= THREAD_RANDOM_BYTES_MIN;
    if (!this.#isApart || !isWorth) return null;
    this.#thread ??= new PreparingThread({ changes: this.#options });
    return this.#thread;
  }

  /** What the training's own thread does of it: masks are drawn where a run begins. */
  doHere({ images }: Pick<HostWork, 'images'>) {
    return images === null || this.changes === null ? null : this.changes.apply(images);
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }
}
