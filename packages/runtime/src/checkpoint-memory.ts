/**
 * Memory in which checkpoints are put together, one after another. It is shared, so that a thread of the store writes a
 * checkpoint while the training goes on; and kept, since new memory of that size costs more than the copy into it.
 */

const PAGE_BYTES = 65_536;

export class CheckpointMemory {
  #held = new SharedArrayBuffer(0);

  /** So many bytes, whatever they hold; until the next call. */
  take(bytes: number): Uint8Array<SharedArrayBuffer> {
    if (this.#held.byteLength < bytes) {
      this.#held = new SharedArrayBuffer(Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES);
    }
    return new Uint8Array(this.#held, 0, bytes);
  }
}
