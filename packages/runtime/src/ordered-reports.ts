/**
 * Hands on what a training tells, in the order in which it was told, while something that comes first is not done yet. So
 * the training goes on while a checkpoint is written, and nobody hears of what came after it before its file is safe.
 */

type Tell = () => Promise<unknown>;

/** However slow what comes first is, the training is not further ahead than this. */
const WAITING_MAX = 64;

export class OrderedReports {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #behind: Promise<unknown> | null = null;
  #failure: { error: unknown } | null = null;

  /** Resolves once it is told; while something slow is before it, at once. Throws what could not be told. */
  async tell(tell: Tell): Promise<void> {
    this.check();
    const told = this.#add(tell);
    if (this.#behind === null || this.#waiting > WAITING_MAX) await told;
  }

  /** Nothing that comes after it is told before it is; the training waits only where one before it is not done. */
  async tellBehind(tell: Tell): Promise<void> {
    await this.#behind;
    this.check();
    const done = () => {
      this.#behind = null;
    };
    this.#behind = this.#add(tell).then(done, done);
  }

  /** Throws where something could not be told: what came after it was not told either. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves once all is told; throws as `check`. */
  async settle(): Promise<void> {
    await this.#last.catch(() => {});
    this.check();
  }

  #add(tell: Tell): Promise<unknown> {
    this.#waiting += 1;
    const told = this.#last.then(tell);
    this.#last = told;
    told.then(
      () => {
        this.#waiting -= 1;
      },
      (error) => {
        this.#failure ??= { error };
      },
    );
    return told;
  }
}
