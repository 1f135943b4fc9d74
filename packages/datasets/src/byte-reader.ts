/** Takes exact numbers of bytes from a stream of chunks, and unpacks gzip where the stream is that. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, fewer where the stream ends. What is returned may be a view of a chunk. */
  async take(count: number): Promise<Uint8Array> {
    if (this.#rest.byteLength < count) await this.#fill(count);
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(count: number): Promise<void> {
    const parts = [this.#rest];
    for (let bytes = this.#rest.byteLength; bytes < count; ) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      parts.push(value);
      bytes += value.byteLength;
    }
    this.#rest = Buffer.concat(parts);
  }
}

/** The stream itself, or what it unpacks to where it begins as gzip does. */
export async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const all = startingWith(first.value, iterator);
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (isGzip) yield* gunzip(all);
  else yield* all;
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Throws an error of zlib for what is damaged or cut short. */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const unpacked = createGunzip();
  const feeding = pipeline(Readable.from(chunks), unpacked);
  // A failure also ends the iteration below, where it is thrown.
  feeding.catch(() => {});
  yield* unpacked;
}
