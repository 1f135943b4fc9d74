/**
 * Writes files in a thread of its own, out of memory that it shares with whoever asks. These may be inside native code for
 * long, where none of the steps of a write would get on; and what hashing and writing take is not taken from their thread.
 */
import { Worker } from 'node:worker_threads';

export interface FileOrder {
  /** Where the file is put together: in a folder that is there, under a name that is not. */
  temporary: string;
  /** Where it goes once it is flushed, in place of what is there. */
  path: string;
  /** In shared memory, so that they are not copied; they must stay as they are until the answer. */
  bytes: Uint8Array;
}

/** With the hash in lower-case hex, or what the system said. */
export type FileAnswer = { sha256: string } | { failure: { message: string; code: string } };

interface Waiting {
  resolve: (sha256: string) => void;
  reject: (error: Error) => void;
}

export class FileWriter {
  readonly #script: URL;
  #thread: Worker | null = null;
  /** The thread answers in the order in which it is asked. */
  #waiting: Waiting[] = [];

  /** @param script what the thread runs */
  constructor(script: URL) {
    this.#script = script;
  }

  /** Once it resolves, the file survives a power cut; answers its SHA-256 in lower-case hex. Throws what the system says. */
  write(order: FileOrder): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#thread ??= this.#start();
      this.#thread.ref();
      this.#waiting.push({ resolve, reject });
      this.#thread.postMessage(order);
    });
  }

  #start(): Worker {
    const thread = new Worker(this.#script);
    thread.on('message', (answer: FileAnswer) => {
      const first = this.#waiting.shift();
      // A thread that has nothing to write does not keep the process.
      if (this.#waiting.length === 0) thread.unref();
      if ('sha256' in answer) first?.resolve(answer.sha256);
      else first?.reject(Object.assign(new Error(answer.failure.message), { code: answer.failure.code }));
    });
    const fail = (error: Error) => {
      if (this.#thread === thread) this.#thread = null;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    thread.on('error', fail).on('exit', () => fail(new Error('The thread that writes files ended.')));
    return thread;
  }
}
