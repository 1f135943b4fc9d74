/** Writes an object of the store piece by piece, from code that produces rather than from a stream. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ObjectStore, WrittenObject } from '@trainyard/storage';

/** Small pieces are gathered: a write for each image of 784 bytes costs more than the image. */
const BLOCK_BYTES = 1024 * 1024;

export class ObjectWriter {
  readonly #stream = new PassThrough({ highWaterMark: 4 * BLOCK_BYTES });
  readonly #written: Promise<WrittenObject>;
  #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;

  constructor(store: ObjectStore, key: string) {
    this.#written = store.write(key, this.#stream);
    // A failure is thrown by the next append or by finish.
    this.#written.catch(() => {});
    this.#stream.on('error', () => {});
  }

  /** Takes a copy of `bytes`. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.byteLength; ) {
      const piece = bytes.subarray(offset, offset + BLOCK_BYTES - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.byteLength;
      offset += piece.byteLength;
      if (this.#filled === BLOCK_BYTES) await this.#flush();
    }
  }

  /** The object is there when this resolves. */
  async finish(): Promise<WrittenObject> {
    await this.#flush();
    this.#stream.end();
    return this.#written;
  }

  /** Nothing is left of the object when this resolves. */
  async abort(): Promise<void> {
    this.#stream.destroy(new Error('The write was given up'));
    await this.#written.catch(() => {});
  }

  async #flush(): Promise<void> {
    const block = this.#block.subarray(0, this.#filled);
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#filled = 0;
    if (!this.#stream.write(block)) await Promise.race([once(this.#stream, 'drain'), this.#written]);
  }
}
