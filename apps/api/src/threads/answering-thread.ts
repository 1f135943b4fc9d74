/**
 * A thread that answers one request after another, so that the server's own goes on meanwhile. It is started when it is
 * first needed, and again after it has ended.
 */
import { type TransferListItem, Worker } from 'node:worker_threads';
import { TrainyardError } from '@trainyard/contracts';
import type { Order, Report } from './order.js';

export interface AnsweringThreadOptions {
  /** What runs in the thread; it calls `answerOrders`. */
  script: URL;
  waitingMax: number;
  /** What waits, for the caller that has to wait longer: `models are waiting to be described`. */
  waitingFor: string;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export class AnsweringThread<Request, Answer> {
  readonly #options: AnsweringThreadOptions;
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #number = 0;

  constructor(options: AnsweringThreadOptions) {
    this.#options = options;
  }

  /** Throws `overloaded` where too many wait already. */
  ask(request: Request, transfer: readonly TransferListItem[] = []): Promise<Answer> {
    const { waitingMax, waitingFor } = this.#options;
    if (this.#waiting.size >= waitingMax) {
      return Promise.reject(new TrainyardError('overloaded', `${waitingMax} ${waitingFor}. Try again a little later.`));
    }
    const order: Order<Request> = { request, number: ++this.#number };
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.number, { resolve, reject });
      this.#thread ??= this.#start();
      this.#thread.postMessage(order, transfer);
    });
  }

  /** Ends the thread; what it has not answered is refused. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(this.#options.script);
    // The server that waits for an answer keeps the process, not the thread.
    thread.unref();
    thread.on('message', (report: Report<Answer>) => this.#receive(report));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, new Error('the thread ended before it answered')));
    return thread;
  }

  #receive(report: Report<Answer>): void {
    const waiting = this.#waiting.get(report.number);
    this.#waiting.delete(report.number);
    if ('answer' in report) waiting?.resolve(report.answer);
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
