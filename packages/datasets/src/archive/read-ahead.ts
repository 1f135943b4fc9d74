/**
 * Reads an object at many places, several at once: where they follow one another, in few and large requests to the store,
 * and elsewhere just what is asked for.
 */
import type { RandomAccess } from '@trainyard/storage';

const WINDOW_BYTES = 1024 ** 2;
/** What may lie between two reads that count as following one another, or belong to both. */
const GAP_BYTES = 128 * 1024;
/** Readers that run side by side may be in the last windows still. */
const WINDOWS = 3;

interface Window {
  start: number;
  end: number;
  bytes: Promise<Uint8Array>;
}

export class ReadAhead {
  readonly #object: RandomAccess;
  readonly #windows: Window[] = [];
  /** Where the last request to the store ended. */
  #end = 0;

  constructor(object: RandomAccess) {
    this.#object = object;
  }

  /** `length` bytes from `offset`, which may be a view of more; fewer only where the object ends. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.#object.bytes);
    const known = this.#windows.find((window) => offset >= window.start && end <= window.end);
    const follows = Math.abs(offset - this.#end) <= GAP_BYTES;
    const isLarge = end - offset > WINDOW_BYTES / 2;
    if (!known && (isLarge || !follows)) {
      this.#end = end;
      return this.#object.read(offset, length);
    }
    const window = known ?? this.#openWindow(offset);
    return (await window.bytes).subarray(offset - window.start, end - window.start);
  }

  #openWindow(offset: number): Window {
    const bytes = this.#object.read(offset, WINDOW_BYTES);
    const window = { start: offset, end: Math.min(offset + WINDOW_BYTES, this.#object.bytes), bytes };
    // A failure is thrown to those that wait for these bytes, not to those that come later.
    bytes.catch(() => {
      if (this.#windows.includes(window)) this.#windows.splice(this.#windows.indexOf(window), 1);
    });
    this.#end = window.end;
    this.#windows.push(window);
    if (this.#windows.length > WINDOWS) this.#windows.shift();
    return window;
  }
}
