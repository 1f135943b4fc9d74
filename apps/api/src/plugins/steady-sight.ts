/** Whether something that is looked at again and again has been there all the time, for so long that its word counts. */
export class SteadySight {
  readonly #steadyMs: number;
  readonly #gapMsMax: number;
  #since: number;
  #last: number;

  /** Times are in milliseconds, by a clock that goes on while the machine sleeps. It is seen for the first time `now`. */
  constructor(options: { steadyMs: number; gapMsMax: number; now: number }) {
    this.#steadyMs = options.steadyMs;
    this.#gapMsMax = options.gapMsMax;
    this.#since = options.now;
    this.#last = options.now;
  }

  /** Takes note that it is there. True where it has been for `steadyMs`, and never out of sight for `gapMsMax`. */
  seen(now: number): boolean {
    if (now - this.#last > this.#gapMsMax) this.#since = now;
    this.#last = now;
    return now - this.#since >= this.#steadyMs;
  }
}
