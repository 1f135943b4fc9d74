/** Lets yauzl read a zip file where it lies in the object store. */
import { Readable } from 'node:stream';
import type { RandomAccess } from '@trainyard/storage';
import { RandomAccessReader } from 'yauzl';
import { ReadWindow, readPieces } from './read-window.js';

export class ObjectReader extends RandomAccessReader {
  readonly #object: RandomAccess;
  readonly #window: ReadWindow;

  constructor(object: RandomAccess) {
    super();
    this.#object = object;
    this.#window = new ReadWindow(object);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(readPieces(this.#object, start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead: number) => void,
  ): void {
    this.#window.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, bytes.byteLength);
      },
      (error: Error) => callback(error, 0),
    );
  }
}
