/** The port behind which bytes are kept: named objects that are written whole or not at all. */
import type { Readable } from 'node:stream';

export interface WriteOptions {
  /** Ends the write; nothing is left of it. */
  signal?: AbortSignal;
  /** A source that turns out longer than this is refused with `payload_too_large`. */
  maxBytes?: number;
}

export interface WrittenObject {
  bytes: number;
  /** In lower-case hex. */
  sha256: string;
}

/** `start` inclusive, `end` exclusive, in bytes; cut to the object's size. */
export interface ByteRange {
  start: number;
  end: number;
}

/** An open object that can be read at any place, from several readers at once. */
export interface RandomAccess {
  readonly bytes: number;
  /** `length` bytes from `offset`; fewer only where the object ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Pieces of some objects: of each the object, by its place among those opened, and which of its pieces, counted from 0. */
export interface Pieces {
  objects: Uint16Array;
  places: Uint32Array;
}

/** Open objects that are divided into pieces of one size, many of which are read at once while the caller computes. */
export interface PieceReader {
  /** Puts the pieces into `out` one after another; rejected with a `RangeError` where an object ends before one of them. */
  read(pieces: Pieces, out: Uint8Array): Promise<void>;
  /** Waits for what is read. */
  close(): Promise<void>;
}

export interface PieceOptions {
  pieceBytes: number;
  /** Whether the objects fit into the system's cache, and are to be brought there first, while nothing else is read. */
  isWarming: boolean;
}

/**
 * An object that is still written, piece by piece and over several processes' lives. One writer at a time: who calls it
 * sees to that.
 */
export interface AppendedObject {
  /** Adds bytes at the end. */
  write(chunk: Uint8Array): Promise<void>;
  /** Answers how many bytes there are, once all of them survive a power cut. */
  flush(): Promise<number>;
  /** Removes what there is, unless it was finished. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Objects by key (`folder/folder/name`, see `checkKey`). A prefix is a folder: with or without its closing slash it
 * means the objects below it, and '' means all. No key may be a folder of another.
 * Reading what is not there throws `not_found`; a store that has no room left throws `storage_full`, and one that cannot
 * be used `unavailable`.
 */
export interface ObjectStore {
  /**
   * Stores what `source` gives under `key`, in place of what was there, in constant memory. Readers see the old object
   * or the whole new one; a write that fails or is aborted changes nothing and leaves nothing behind. When it resolves,
   * the object survives a power cut. Bytes in shared memory (a `SharedArrayBuffer`) may be read by another thread until then,
   * so that the write gets on while the caller's thread computes. Once begun, such a write is not aborted.
   */
  write(key: string, source: Readable | Uint8Array, options?: WriteOptions): Promise<WrittenObject>;
  /**
   * Goes on with an object that comes in pieces, after its first `bytes`; what lies beyond is dropped. Nothing of it can
   * be read or listed before `finishAppend`, but it is removed like any other. Throws `not_found` where it has fewer.
   */
  openAppend(key: string, bytes: number): Promise<AppendedObject>;
  /**
   * Makes the first `bytes` of what was appended the object `key`, without copying them. Doing so twice is no error.
   * Throws `not_found` where there are fewer.
   */
  finishAppend(key: string, bytes: number): Promise<void>;
  read(key: string, range?: ByteRange): Promise<Readable>;
  readBytes(key: string): Promise<Uint8Array>;
  stat(key: string): Promise<{ bytes: number } | null>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  removePrefix(prefix: string): Promise<void>;
  /** The keys below a prefix in the order of their UTF-16 code units. */
  list(prefix: string): AsyncIterable<string>;
  openRandomAccess(key: string): Promise<RandomAccess>;
  openPieces(keys: readonly string[], options: PieceOptions): Promise<PieceReader>;
  /** Resolves where the store can be written to; else throws `unavailable`. */
  check(): Promise<void>;
}
