/** Reads an object in many small pieces, one after another, in few requests to the store. */
import type { RandomAccess } from '@trainyard/storage';

const WINDOW_BYTES = 256 * 1024;

export class ReadWindow {
  readonly #object: RandomAccess;
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(object: RandomAccess) {
    this.#object = object;
  }

  /** `length` bytes from `offset`, a view of the window; fewer only where the object ends. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const from = offset - this.#start;
    if (from >= 0 && from + length <= this.#window.byteLength) return this.#window.subarray(from, from + length);
    this.#window = await this.#object.read(offset, Math.max(length, WINDOW_BYTES));
    this.#start = offset;
    return this.#window.subarray(0, length);
  }
}

/** The bytes from `start` to before `end`, piece by piece. */
export async function* readPieces(object: RandomAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let offset = start; offset < end; offset += WINDOW_BYTES) {
    yield await object.read(offset, Math.min(WINDOW_BYTES, end - offset));
  }
}
