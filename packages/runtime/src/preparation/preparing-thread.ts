/**
 * Changes images and draws masks in a thread of its own while a run is computed: a run occupies the thread that began it, and what
 * is done between two of them the device waits for.
 */
import { Worker } from 'node:worker_threads';
import type { MixedRows } from '@trainyard/engine';
import type { HostAnswer, HostWork, PreparingThreadData } from './host-work.js';

/** Compiled, since a thread knows no TypeScript. */
const SCRIPT = new URL('../../dist/preparation/preparing-script.js', import.meta.url);

export class PreparingThread {
  readonly #thread: Worker;
  #waiting: { resolve: (mixed: MixedRows | null) => void; reject: (error: Error) => void } | null = null;
  /** What ended the thread. */
  #failure: Error | null = null;

  /** @param script what the thread runs */
  constructor(data: PreparingThreadData, script: URL = SCRIPT) {
    this.#thread = new Worker(script, { workerData: data });
    // A thread that has nothing to do does not keep the process.
    this.#thread.unref();
    this.#thread.on('message', (answer: HostAnswer) => {
      const waiting = this.#settle();
      if ('failure' in answer) waiting?.reject(new Error(answer.failure));
      else waiting?.resolve(answer.mixed);
    });
    const fail = (error: Error) => {
      this.#failure ??= error;
      this.#settle()?.reject(this.#failure);
    };
    this.#thread.on('error', fail).on('exit', () => fail(new Error('The thread that prepares batches ended.')));
  }

  /**
   * Does one work at a time, in memory that is shared with the thread. Answers what was mixed into the rows of each batch, null where
   * nothing was. Throws what went wrong with it.
   */
  prepare(work: HostWork): Promise<MixedRows | null> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#thread.ref();
      this.#thread.postMessage(work);
    });
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#thread.unref();
    return waiting;
  }
}
