/** How long the runs of a trial take. */

/** Of training after the first run; the steps that are left over of an epoch are waited for up to `TRIAL_MS_MAX`. */
const TRIAL_MS = 3_000;
const TRIAL_MS_MAX = 12_000;
/** Runs of each kind beside the first, which makes room in memory. */
const RUNS_MIN = 2;

/** Runs of one kind: the first by itself, the others together. */
class RunTimes {
  runs = 0;
  #first = { steps: 0, seconds: 0 };
  #later = { steps: 0, seconds: 0 };

  add(steps: number, seconds: number): void {
    this.runs += 1;
    if (this.runs === 1) this.#first = { steps, seconds };
    else this.#later = { steps: this.#later.steps + steps, seconds: this.#later.seconds + seconds };
  }

  /** Of one step; null where there was none. */
  get secondsEach(): number | null {
    const counted = this.#later.steps > 0 ? this.#later : this.#first;
    return counted.steps === 0 ? null : counted.seconds / counted.steps;
  }

  get warmUp(): number {
    return Math.max(0, this.#first.seconds - this.#first.steps * (this.secondsEach ?? 0));
  }
}

/** The runs of a trial, those of several steps and those of one apart, and whether there are enough of them. */
export class TimedRuns {
  readonly several = new RunTimes();
  readonly single = new RunTimes();
  steps = 0;
  #begun = 0;
  #mark = 0;

  begin(): void {
    this.#begun = performance.now();
    this.#mark = this.#begun;
  }

  /** What lies between two epochs belongs to no run. */
  mark(): void {
    this.#mark = performance.now();
  }

  add(steps: number): void {
    const now = performance.now();
    this.steps += steps;
    (steps > 1 ? this.several : this.single).add(steps, (now - this.#mark) / 1000);
    this.#mark = now;
  }

  get seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  isEnough(expected: { several: boolean; single: boolean }): boolean {
    const ms = performance.now() - this.#begun;
    const has = ({ runs }: RunTimes) => runs > RUNS_MIN;
    const isWhole = (!expected.several || has(this.several)) && (!expected.single || has(this.single));
    return ms >= TRIAL_MS_MAX || (ms >= TRIAL_MS && isWhole);
  }
}
