/**
 * Reads pieces of open files in threads of their own, so that whoever asks goes on, computing even in native code, while the disk
 * is waited for. A call for each piece is what an asynchronous read costs ten times over; here a message stands for thousands.
 */
import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { PieceReader, Pieces } from './object-store.js';

/** Two have half of the wait for a disk; each takes some 8 MiB. */
const THREADS = 2;
/** Fewer are not worth waking another thread. */
const THREAD_PIECES_MIN = 16;
/** What threads have read lies here until it is copied out: native code refuses memory that is shared with a thread. */
const STAGE_BYTES_MAX = 16 * 1024 ** 2;

/** What a thread is started with. */
export interface PieceThreadData {
  /** Descriptors, which are the process's. */
  files: readonly number[];
  pieceBytes: number;
  /** Reads all files through while it has nothing else to do. */
  isWarming: boolean;
}

/** Is answered by null, or by what went wrong. */
export interface PieceOrder extends Pieces {
  stage: SharedArrayBuffer;
  /** Byte of the stage where the first piece goes. */
  at: number;
}

export interface PieceReaderOptions {
  files: readonly FileHandle[];
  pieceBytes: number;
  isWarming: boolean;
  /** What the threads run. */
  script: URL;
}

export class ThreadedPieceReader implements PieceReader {
  readonly #options: PieceReaderOptions;
  #threads: Worker[] | undefined;
  #stage = new SharedArrayBuffer(0);
  /** What ended a thread while nobody waited for it. */
  #failure: Error | null = null;
  /** The stage has room for one request at a time. */
  #last: Promise<void> | null = null;

  constructor(options: PieceReaderOptions) {
    this.#options = options;
    if (options.isWarming) this.#start();
  }

  read(pieces: Pieces, out: Uint8Array): Promise<void> {
    const before = this.#last;
    // Where nothing is before it the threads begin at once: the caller may not come back to its event loop for long.
    const reading = before === null ? this.#readAll(pieces, out) : before.then(() => this.#readAll(pieces, out));
    const settled: Promise<void> = reading
      .catch(() => {})
      .then(() => {
        if (this.#last === settled) this.#last = null;
      });
    this.#last = settled;
    return reading;
  }

  async close(): Promise<void> {
    await this.#last;
    await Promise.all((this.#threads ?? []).map((thread) => thread.terminate()));
    await Promise.all(this.#options.files.map((file) => file.close()));
  }

  async #readAll({ objects, places }: Pieces, out: Uint8Array): Promise<void> {
    const { pieceBytes } = this.#options;
    const atOnce = Math.max(1, Math.floor(STAGE_BYTES_MAX / pieceBytes));
    for (let first = 0; first < places.length; first += atOnce) {
      const count = Math.min(atOnce, places.length - first);
      const stage = this.#stageOf(count * pieceBytes);
      const end = first + count;
      await this.#readStage({ objects: objects.subarray(first, end), places: places.subarray(first, end) }, stage);
      out.set(new Uint8Array(stage, 0, count * pieceBytes), first * pieceBytes);
    }
  }

  #stageOf(bytes: number): SharedArrayBuffer {
    if (this.#stage.byteLength < bytes) this.#stage = new SharedArrayBuffer(bytes);
    return this.#stage;
  }

  /** Each thread reads a part of the pieces, one after another. */
  async #readStage({ objects, places }: Pieces, stage: SharedArrayBuffer): Promise<void> {
    const each = Math.max(THREAD_PIECES_MIN, Math.ceil(places.length / THREADS));
    if (this.#failure) throw this.#failure;
    const threads = this.#start().slice(0, Math.ceil(places.length / each));
    const reading = threads.map((thread, index) => {
      const [first, end] = [index * each, Math.min(places.length, (index + 1) * each)];
      const at = first * this.#options.pieceBytes;
      return ask(thread, { objects: objects.slice(first, end), places: places.slice(first, end), stage, at });
    });
    // All of them, even where one fails: the stage is used again.
    for (const read of await Promise.allSettled(reading)) if (read.status === 'rejected') throw read.reason;
  }

  #start(): readonly Worker[] {
    const { files, pieceBytes, isWarming, script } = this.#options;
    this.#threads ??= Array.from({ length: THREADS }, (_, index) => {
      const workerData: PieceThreadData = {
        files: files.map(({ fd }) => fd),
        pieceBytes,
        isWarming: isWarming && index === 0,
      };
      const thread = new Worker(script, { workerData });
      // A thread that has nothing to read does not keep the process.
      thread.unref();
      thread.on('error', (error) => {
        this.#failure ??= error;
      });
      return thread;
    });
    return this.#threads;
  }
}

function ask(thread: Worker, order: PieceOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null) => {
      thread.unref();
      thread.off('message', answered).off('error', settle).off('exit', ended);
      if (error) reject(error);
      else resolve();
    };
    const answered = (failure: string | null) => settle(failure === null ? null : new RangeError(failure));
    const ended = () => settle(new Error('a thread that reads images ended'));
    thread.on('message', answered).on('error', settle).on('exit', ended);
    thread.ref();
    thread.postMessage(order);
  });
}
