/** A row of a table, cut into fields where it lies: a field becomes a string or a number only when it is asked for. */
import { parseDecimal } from './decimal.js';

const SPACE = 0x20;
const TAB = 0x09;

export class CsvRow {
  /** How many fields it has. */
  count = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where each field begins. The next one begins one byte behind its end, as would one behind the last. */
  #starts = new Uint32Array(1024);

  /** Becomes the row of these bytes, which have no quotes. */
  cut(bytes: Buffer, delimiter: number): void {
    this.#bytes = bytes;
    this.count = 0;
    this.#begin(0);
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === delimiter) this.#begin(at + 1);
    }
    this.#starts[this.count] = bytes.length + 1;
  }

  /** Becomes the row of these fields. */
  take(fields: readonly string[]): void {
    this.#bytes = Buffer.from(fields.join('\n'));
    this.count = 0;
    let at = 0;
    for (const field of fields) {
      this.#begin(at);
      at += Buffer.byteLength(field) + 1;
    }
    this.#starts[this.count] = at;
  }

  /** A field as it is written, without its quotes; '' where there is none. */
  text(column: number): string {
    return column < this.count ? this.#bytes.toString('utf8', this.#starts[column], this.#end(column)) : '';
  }

  texts(): string[] {
    return Array.from({ length: this.count }, (_, column) => this.text(column));
  }

  /** NaN where the field is not one number. */
  number(column: number): number {
    return column < this.count ? parseDecimal(this.#bytes, this.#starts[column], this.#end(column)) : Number.NaN;
  }

  /** Fills `values` with the numbers of one field, between spaces. Returns how many it has, which may be more. */
  numbers(column: number, values: Float64Array): number {
    let count = 0;
    const end = this.#end(column);
    for (let at = this.#starts[column]; at < end; ) {
      if (isBlank(this.#bytes[at])) {
        at++;
        continue;
      }
      const start = at;
      while (at < end && !isBlank(this.#bytes[at])) at++;
      if (count < values.length) values[count] = parseDecimal(this.#bytes, start, at);
      count++;
    }
    return count;
  }

  #end(column: number): number {
    return this.#starts[column + 1] - 1;
  }

  #begin(at: number): void {
    if (this.count + 1 === this.#starts.length) {
      const starts = new Uint32Array(2 * this.#starts.length);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[this.count++] = at;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte < SPACE);
}
