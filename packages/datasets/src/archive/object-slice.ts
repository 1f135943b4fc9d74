/** A part of an object, read at any place as if it were an object of its own. Closing it leaves the object open. */
import type { RandomAccess } from '@trainyard/storage';

export class ObjectSlice implements RandomAccess {
  readonly bytes: number;
  readonly #object: RandomAccess;
  readonly #start: number;

  constructor(object: RandomAccess, start: number, bytes: number) {
    this.bytes = Math.max(0, Math.min(bytes, object.bytes - start));
    this.#object = object;
    this.#start = start;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const from = Math.min(offset, this.bytes);
    return this.#object.read(this.#start + from, Math.min(length, this.bytes - from));
  }

  async close(): Promise<void> {}
}
