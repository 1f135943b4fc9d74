/** How long one of many alike things takes, by those of late: other work on the machine comes and goes. */

/** A total is kept after so many times the seconds of the one before. */
const SPACING = 1.1;

interface Total {
  count: number;
  seconds: number;
}

export class Pace {
  #total: Total = { count: 0, seconds: 0 };
  #kept: Total[] = [this.#total];

  /** Counts `count` of them that took `seconds` together. */
  add(count: number, seconds: number): void {
    this.#total = { count: this.#total.count + count, seconds: this.#total.seconds + seconds };
    if (this.#total.seconds > this.#kept[this.#kept.length - 1].seconds * SPACING) this.#kept.push(this.#total);
  }

  /** Of one, over the later half of the time that all took; null before the first. */
  get secondsEach(): number | null {
    const { count, seconds } = this.#total;
    if (count === 0) return null;
    const before = this.#kept.findLast((total) => total.seconds <= seconds / 2 && total.count < count);
    return (seconds - (before?.seconds ?? 0)) / (count - (before?.count ?? 0));
  }
}
