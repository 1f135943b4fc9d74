/** The server's side of a model's process: starts it, hands it requests, and notices its end. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@trainyard/config';
import {
  type ErrorRecord,
  type ModelOrder,
  type ModelReport,
  type ModelTask,
  type PredictInput,
  parseModelReport,
  TrainyardError,
} from '@trainyard/contracts';
import type { FastifyBaseLogger } from 'fastify';

const ENTRY = fileURLToPath(new URL('../child/main.js', import.meta.url));
const LOAD_MS_MAX = 120_000;
const CLOSE_MS_MAX = 5_000;
/** Requests that wait for one model; each holds its body in memory. */
const WAITING_MAX = 64;
const STDERR = 2;

export type Prediction = Pick<
  Extract<ModelReport, { type: 'predicted' }>,
  'task' | 'outputs' | 'decode_ms' | 'compute_ms'
>;

interface Waiting {
  resolve: (prediction: Prediction) => void;
  reject: (error: TrainyardError) => void;
  answer: Promise<Prediction>;
}

export class ModelProcess {
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: FastifyBaseLogger;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;

  private constructor(child: ChildProcess, log: FastifyBaseLogger) {
    this.#child = child;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.on('error', (err) => {
        this.#log.error({ err }, 'a model process cannot be started or reached');
        if (child.pid === undefined) resolve();
      });
    });
  }

  /**
   * Starts a process and lets it load its model. Throws what the model's loading threw, and `endpoint_not_ready` where
   * the process ended on the way.
   */
  static async start(task: ModelTask, log: FastifyBaseLogger): Promise<ModelProcess> {
    const child = fork(ENTRY, [], {
      env: childEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', STDERR, STDERR, 'ipc'],
    });
    const model = new ModelProcess(child, log.child({ model_pid: child.pid }));
    await model.#load(task);
    model.#log.info('a model is loaded');
    child.on('message', (message) => model.#receive(message));
    child.once('exit', (code, signal) => model.#refuseWaiting(code, signal));
    return model;
  }

  /** Throws what the request is refused with, `overloaded`, and `endpoint_not_ready` where the process ends meanwhile. */
  predict(input: PredictInput): Promise<Prediction> {
    if (this.#waiting.size >= WAITING_MAX) {
      const detail = `${WAITING_MAX} requests wait for this model already. Try again a little later.`;
      return Promise.reject(new TrainyardError('overloaded', detail));
    }
    const number = ++this.#number;
    const { promise: answer, resolve, reject } = withResolvers<Prediction>();
    this.#waiting.set(number, { resolve, reject, answer });
    this.#send({ type: 'predict', number, input }, () => this.#settle(number)?.reject(processEnded()));
    return answer;
  }

  /** Ends the process once it has answered; what it has not answered in time is refused. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS_MAX);
    await Promise.allSettled([...this.#waiting.values()].map((waiting) => waiting.answer));
    if (this.#child.connected) this.#child.disconnect();
    await this.ended;
    clearTimeout(timer);
  }

  async #load(task: ModelTask): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LOAD_MS_MAX);
    try {
      this.#send({ type: 'load', task }, () => {});
      await Promise.race([this.#loaded(), this.ended.then(() => Promise.reject(processEnded()))]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #loaded(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (message) => {
        const report = parseModelReport(message);
        if (report?.type === 'loaded') resolve();
        else if (report?.type === 'failed') reject(this.#toError(report.error, report.log));
        else reject(new TypeError('A model process did not say that its model is loaded.'));
      });
    });
  }

  #receive(message: unknown): void {
    const report = parseModelReport(message);
    if (report?.type === 'predicted') {
      const { number, task, outputs, decode_ms, compute_ms } = report;
      this.#settle(number)?.resolve({ task, outputs, decode_ms, compute_ms });
    } else if (report?.type === 'refused') {
      this.#settle(report.number)?.reject(this.#toError(report.error, report.log));
    } else {
      this.#log.error('a model process sent a message that is not of its protocol');
      this.#child.kill('SIGKILL');
    }
  }

  #settle(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    return waiting;
  }

  #refuseWaiting(code: number | null, signal: NodeJS.Signals | null): void {
    const requests = this.#waiting.size;
    if (code !== 0) this.#log.error({ code, signal, requests }, 'a model process ended by itself');
    for (const number of [...this.#waiting.keys()]) this.#settle(number)?.reject(processEnded());
  }

  #toError({ code, message, errors }: ErrorRecord, log: string | undefined): TrainyardError {
    if (log !== undefined) this.#log.debug({ code, cause: log }, 'a model process refused a request');
    return new TrainyardError(code, message, { ...(errors ? { errors } : {}), cause: log });
  }

  /** A message that cannot be sent means that the process is gone. */
  #send(order: ModelOrder, onFailure: () => void): void {
    if (this.#child.connected) this.#child.send(order, (error) => error && onFailure());
    else onFailure();
  }
}

function processEnded(): TrainyardError {
  return new TrainyardError('endpoint_not_ready', 'The process of this model ended before it answered. Try again.');
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: TrainyardError) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
