/** The server's side of a model's process: starts it, hands it groups of requests, and notices its end. */

import { type ChildProcess, fork } from 'node:child_process';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@trainyard/config';
import {
  type ErrorRecord,
  type ExplainedImage,
  type ExplainRequest,
  type ModelDescription,
  type ModelOrder,
  type ModelTask,
  type PredictInput,
  parseGroupReport,
  parseModelReport,
  TrainyardError,
} from '@trainyard/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { FrameReader, writeFrame } from '../frames/frame.js';
import { type GroupOutcome, groupHeaderOf, outcomeOf } from '../frames/groups.js';
import { Explanations } from './explanations.js';

const ENTRY = fileURLToPath(new URL('../../dist/child/main.js', import.meta.url));
const LOAD_MS_MAX = 120_000;
const CLOSE_MS_MAX = 5_000;
const STDERR = 2;
/** The descriptor of the pipe in the child; `child/main.ts` has the same. */
const PIPE = 4;

export interface ModelProcessOptions {
  log: FastifyBaseLogger;
  /** How long a group may take before its process counts as stuck and is killed. */
  answerMs: number;
}

interface Sent {
  resolve: (outcome: GroupOutcome) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export class ModelProcess {
  readonly description: ModelDescription;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #options: ModelProcessOptions;
  readonly #sent = new Map<number, Sent>();
  readonly #explanations: Explanations;
  #number = 0;
  #isClosing = false;

  private constructor(started: Started, description: ModelDescription, options: ModelProcessOptions) {
    this.description = description;
    this.ended = started.ended;
    this.#child = started.child;
    this.#pipe = started.pipe;
    this.#options = { ...options, log: options.log.child({ model_pid: started.child.pid }) };
    this.#explanations = new Explanations(started.child, this.#options);
    const reader = new FrameReader((header, payload) => this.#receive(header, payload));
    this.#pipe.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (err) {
        this.#options.log.error({ err }, 'a model process sent something that is not of its protocol');
        this.#child.kill('SIGKILL');
      }
    });
    this.#child.once('exit', (code, signal) => this.#refuseSent(code, signal));
    this.#options.log.info({ load_ms: description.load_ms, batch_exact: description.batch_exact }, 'a model is loaded');
  }

  /**
   * Starts a process and lets it load its model. Throws what the model's loading threw, and `endpoint_not_ready` where
   * the process ended on the way.
   */
  static async start(task: ModelTask, options: ModelProcessOptions): Promise<ModelProcess> {
    const started = startChild(options.log);
    const timer = setTimeout(() => started.child.kill('SIGKILL'), LOAD_MS_MAX);
    try {
      const loaded = descriptionFrom(started.child, options.log);
      const ended = started.ended.then(() => Promise.reject(processEnded()));
      send(started.child, { type: 'load', task });
      return new ModelProcess(started, await Promise.race([loaded, ended]), options);
    } catch (error) {
      if (started.child.connected) started.child.disconnect();
      const killer = setTimeout(() => started.child.kill('SIGKILL'), CLOSE_MS_MAX);
      await started.ended;
      clearTimeout(killer);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Answers a group; a request that the model refuses is a result too. Throws `endpoint_not_ready` where the process ends
   * before it has answered, also because it took too long.
   */
  run(inputs: readonly PredictInput[]): Promise<GroupOutcome> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.reject(processEnded());
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#kill(number), this.#options.answerMs);
      this.#sent.set(number, { resolve, reject, timer });
      writeFrame(
        this.#pipe,
        groupHeaderOf(number, inputs),
        inputs.flatMap(({ parts }) => parts),
      );
    });
  }

  /** Throws what the request is refused with, and `endpoint_not_ready` as `run` does. */
  explain(request: ExplainRequest): Promise<ExplainedImage> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.reject(processEnded());
    return this.#explanations.ask(request);
  }

  /** Ends the process once it has answered; what it has not answered in time is refused. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS_MAX);
    while (this.#sent.size + this.#explanations.size > 0)
      await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, 5))]);
    if (this.#child.connected) this.#child.disconnect();
    await this.ended;
    clearTimeout(timer);
  }

  #receive(header: unknown, payload: Buffer): void {
    const report = parseGroupReport(header);
    this.#settle(report.number)?.resolve(outcomeOf(report, payload, this.description.labels.length));
  }

  #settle(number: number): Sent | undefined {
    const sent = this.#sent.get(number);
    this.#sent.delete(number);
    clearTimeout(sent?.timer);
    return sent;
  }

  #kill(number: number): void {
    this.#options.log.error({ group: number, answer_ms: this.#options.answerMs }, 'a model process is stuck');
    this.#child.kill('SIGKILL');
  }

  #refuseSent(code: number | null, signal: NodeJS.Signals | null): void {
    const groups = this.#sent.size;
    if (!this.#isClosing || groups > 0) {
      this.#options.log.error({ code, signal, groups }, 'a model process ended by itself');
    }
    for (const number of [...this.#sent.keys()]) this.#settle(number)?.reject(processEnded());
    this.#explanations.refuseAll(processEnded());
  }
}

interface Started {
  child: ChildProcess;
  pipe: Duplex;
  ended: Promise<void>;
}

function startChild(log: FastifyBaseLogger): Started {
  const child = fork(ENTRY, [], {
    env: childEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', STDERR, STDERR, 'ipc', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.on('error', (err) => {
      log.error({ err }, 'a model process cannot be started or reached');
      if (child.pid === undefined) resolve();
    });
  });
  const pipe = child.stdio[PIPE];
  if (!(pipe instanceof Duplex)) throw new TypeError('The pipe to a model process cannot be written to.');
  // Its end is told by the process's exit.
  pipe.on('error', (err) => log.debug({ err }, 'the pipe to a model process broke'));
  return { child, pipe, ended };
}

function descriptionFrom(child: ChildProcess, log: FastifyBaseLogger): Promise<ModelDescription> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const report = parseModelReport(message);
      if (report?.type === 'loaded') resolve(report.description);
      else if (report?.type === 'failed') reject(toError(report.error, report.log, log));
      else reject(new TypeError('A model process did not say that its model is loaded.'));
    });
  });
}

/** A message that cannot be sent means that the process is gone. */
function send(child: ChildProcess, order: ModelOrder): void {
  if (child.connected) child.send(order, () => {});
}

function toError({ code, message, errors }: ErrorRecord, cause: string | undefined, log: FastifyBaseLogger) {
  if (cause !== undefined) log.debug({ code, cause }, 'a model process could not load its model');
  return new TrainyardError(code, message, { ...(errors ? { errors } : {}), cause });
}

function processEnded(): TrainyardError {
  return new TrainyardError('endpoint_not_ready', 'The process of this model ended before it answered. Try again.');
}
