/**
 * Reads an object at many places, several at once: where they follow one another, in few and large requests to the store,
 * and elsewhere just what is asked for.
 */
import type { RandomAccess } from '@trainyard/storage';

const WINDOW_BYTES = 1024 ** 2;
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
  /** Where the last read ended that was not from a window. */
  #end = 0;

  constructor(object: RandomAccess) {
    this.#object = object;
  }

  /** `length` bytes from `offset`, which may be a view of more; fewer only where the object ends. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.#object.bytes);
    if (end - offset > WINDOW_BYTES / 2) return this.#object.read(offset, length);
    const window = this.#windows.find((known) => offset >= known.start && end <= known.end) ?? this.#openWindow(offset);
    if (window === null) return this.#object.read(offset, length);
    return (await window.bytes).subarray(offset - window.start, end - window.start);
  }

  /** Null where the place lies too far from the last for what is between to be of use. */
  #openWindow(offset: number): Window | null {
    const isNear = Math.abs(offset - this.#end) < WINDOW_BYTES;
    if (!isNear) {
      this.#end = offset;
      return null;
    }
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
