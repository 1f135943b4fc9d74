/**
 * The tables that describe models. A large model takes seconds, so they are made in a thread of their own, one after
 * another. It is started when it is first needed, and again after it has ended.
 */
import { Worker } from 'node:worker_threads';
import { type ModelSummary, TrainyardError } from '@trainyard/contracts';
import type { SummaryOrder, SummaryReport, SummaryRequest } from './summary-messages.js';

const THREAD = new URL('./summary-thread.js', import.meta.url);
const WAITING_MAX = 64;

interface Waiting {
  resolve(summary: ModelSummary): void;
  reject(error: unknown): void;
}

export class Summarizer {
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;

  /** Throws `overloaded` where too many wait already. */
  summarize(request: SummaryRequest): Promise<ModelSummary> {
    if (this.#waiting.size >= WAITING_MAX) {
      const detail = `${WAITING_MAX} models are waiting to be described. Try again a little later.`;
      return Promise.reject(new TrainyardError('overloaded', detail));
    }
    const order: SummaryOrder = { ...request, number: ++this.#number };
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.number, { resolve, reject });
      this.#thread ??= this.#start();
      this.#thread.postMessage(order);
    });
  }

  /** Ends the thread; what it has not answered is refused. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(THREAD);
    // The server that waits for an answer keeps the process, not the thread.
    thread.unref();
    thread.on('message', (report: SummaryReport) => this.#receive(report));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, new Error('the thread that describes models ended')));
    return thread;
  }

  #receive(report: SummaryReport): void {
    const waiting = this.#waiting.get(report.number);
    this.#waiting.delete(report.number);
    if ('summary' in report) waiting?.resolve(report.summary);
    else waiting?.reject(report.error);
  }

  #lose(thread: Worker, error: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
