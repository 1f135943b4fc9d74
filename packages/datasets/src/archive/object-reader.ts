/** Lets yauzl read a zip file where it lies in the object store. */
import { Readable } from 'node:stream';
import type { RandomAccess } from '@trainyard/storage';
import { RandomAccessReader } from 'yauzl';

/** The directory of a zip file is read in many small pieces one after another; each read fetches this much at once. */
const WINDOW_BYTES = 256 * 1024;

export class ObjectReader extends RandomAccessReader {
  readonly #object: RandomAccess;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(object: RandomAccess) {
    super();
    this.#object = object;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const object = this.#object;
    async function* pieces() {
      for (let offset = start; offset < end; offset += WINDOW_BYTES) {
        yield await object.read(offset, Math.min(WINDOW_BYTES, end - offset));
      }
    }
    return Readable.from(pieces(), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead: number) => void,
  ): void {
    this.#slice(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, bytes.byteLength);
      },
      (error: Error) => callback(error, 0),
    );
  }

  async #slice(position: number, length: number): Promise<Uint8Array> {
    const from = position - this.#windowStart;
    if (from < 0 || from + length > this.#window.byteLength) {
      this.#window = await this.#object.read(position, Math.max(length, WINDOW_BYTES));
      this.#windowStart = position;
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(from, from + length);
  }
}
