/** Which of the first and the last column of a table without names holds the labels, by what all of its rows hold. */
import { labelText } from '../labels.js';

/** More different values than that are pixels of some depth, not labels. */
const VALUES_MAX = 65_536;

export class LabelGuess {
  readonly #first = new ColumnValues();
  readonly #last = new ColumnValues();
  #rows = 0;

  /** Takes a row by what its first and its last column hold. */
  add(first: string, last: string): void {
    this.#rows++;
    this.#first.add(first);
    this.#last.add(last);
  }

  /**
   * Names are labels. A column that is the same in every row is a pixel at the border, one that counts the rows is none
   * either. If that leaves both, the one that has every whole number from 0 or 1 up to its greatest, each in two rows on
   * average, is it. Null where it could be either.
   */
  result(): 'first' | 'last' | null {
    const both = { first: this.#first, last: this.#last } as const;
    const tests = [
      (column: ColumnValues) => !column.isNumbers,
      (column: ColumnValues) => column.count > 1 && !(column.count === this.#rows && column.isCounting),
      (column: ColumnValues) => column.count > 1 && column.count <= this.#rows / 2 && column.isCounting,
    ];
    for (const test of tests) {
      const [first, last] = [test(both.first), test(both.last)];
      if (first !== last) return first ? 'first' : 'last';
    }
    return null;
  }
}

class ColumnValues {
  readonly #values = new Set<string>();
  isNumbers = true;

  add(cell: string): void {
    const text = labelText(cell);
    if (text === null || this.#values.size > VALUES_MAX) return;
    this.#values.add(text);
    if (Number.isNaN(Number(text))) this.isNumbers = false;
  }

  get count(): number {
    return this.#values.size;
  }

  get isCounting(): boolean {
    const numbers = [...this.#values].map(Number);
    const [least, greatest] = numbers.reduce(([a, b], n) => [Math.min(a, n), Math.max(b, n)], [numbers[0], numbers[0]]);
    const isWhole = numbers.every((number) => Number.isInteger(number));
    return isWhole && (least === 0 || least === 1) && numbers.length === greatest - least + 1;
  }
}
