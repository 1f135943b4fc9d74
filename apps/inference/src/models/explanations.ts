/** The images that a model's process was asked to explain. They are few and travel as messages, beside the groups. */
import type { ChildProcess } from 'node:child_process';
import {
  type ErrorRecord,
  type ExplainedImage,
  type ExplainRequest,
  type ModelOrder,
  parseModelReport,
  TrainyardError,
} from '@trainyard/contracts';
import type { FastifyBaseLogger } from 'fastify';

export interface ExplanationsOptions {
  log: FastifyBaseLogger;
  /** How long one may take before its process counts as stuck and is killed. */
  answerMs: number;
}

interface Asked {
  resolve: (explained: ExplainedImage) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export class Explanations {
  readonly #child: ChildProcess;
  readonly #options: ExplanationsOptions;
  readonly #asked = new Map<number, Asked>();
  #number = 0;

  /** @param child a process whose model is loaded */
  constructor(child: ChildProcess, options: ExplanationsOptions) {
    this.#child = child;
    this.#options = options;
    child.on('message', (message) => this.#receive(message));
  }

  /** How many are not answered yet. */
  get size(): number {
    return this.#asked.size;
  }

  /** Throws what the request is refused with. */
  ask(request: ExplainRequest): Promise<ExplainedImage> {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#kill(), this.#options.answerMs);
      this.#asked.set(number, { resolve, reject, timer });
      // A message that cannot be sent means that the process is gone, whose exit refuses what was asked.
      const order: ModelOrder = { type: 'explain', number, request };
      if (this.#child.connected) this.#child.send(order, () => {});
    });
  }

  /** Of a process that is gone. */
  refuseAll(error: Error): void {
    for (const number of [...this.#asked.keys()]) this.#settle(number)?.reject(error);
  }

  #receive(message: unknown): void {
    const report = parseModelReport(message);
    if (report?.type === 'explained') this.#settle(report.number)?.resolve(report.explained);
    else if (report?.type === 'unexplained')
      this.#settle(report.number)?.reject(this.#toError(report.error, report.log));
    else {
      this.#options.log.error('a model process sent a message that is not of its protocol');
      this.#child.kill('SIGKILL');
    }
  }

  #settle(number: number): Asked | undefined {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    clearTimeout(asked?.timer);
    return asked;
  }

  #kill(): void {
    this.#options.log.error({ answer_ms: this.#options.answerMs }, 'a model process is stuck at an explanation');
    this.#child.kill('SIGKILL');
  }

  #toError({ code, message, errors }: ErrorRecord, cause: string | undefined): TrainyardError {
    if (cause !== undefined) this.#options.log.debug({ code, cause }, 'a model process refused to explain an image');
    return new TrainyardError(code, message, { ...(errors ? { errors } : {}), cause });
  }
}
