/** Work that is done again and again, one turn after another, with a pause between two. */
import { setTimeout as delay } from 'node:timers/promises';

/** After the database did not answer. */
const RETRY_MS = 2_000;

export interface PeriodicTaskOptions {
  everyMs: number;
  run: () => Promise<void>;
  onFailed: (error: unknown) => void;
}

export class PeriodicTask {
  readonly #options: PeriodicTaskOptions;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: PeriodicTaskOptions) {
    this.#options = options;
    this.#done = this.#loop();
  }

  /** Resolves once the turn that is under way is over. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#done;
  }

  async #loop(): Promise<void> {
    const { everyMs, run, onFailed } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pause = await run().then(
        () => everyMs,
        (error: unknown) => {
          onFailed(error);
          return Math.max(everyMs, RETRY_MS);
        },
      );
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }
}
