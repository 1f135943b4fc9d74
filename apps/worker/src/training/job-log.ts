/**
 * The log of one attempt at a job. Lines are gathered and written about once a second, under the attempt's fence; where
 * Postgres is away they wait, and the oldest are dropped when there are too many.
 */
import type { TrainerReport } from '@trainyard/contracts';
import { type Database, type Fence, type NewLogLine, StaleAttemptError } from '@trainyard/db';
import type { Logger } from 'pino';
import type { ChildOutcome } from '../child/run-child.js';
import { linesOf } from './report-lines.js';
import { stderrLines } from './stderr-lines.js';

const FLUSH_MS = 1000;
const WAITING_MAX = 1000;

export interface JobLogOptions {
  jobLogs: Pick<Database['jobLogs'], 'append'>;
  fence: Fence;
  /** Of the worker, where it is said that lines could not be written. */
  log: Logger;
  /** Folders of this machine, which users do not see. */
  folders: readonly string[];
}

export class JobLog {
  readonly #options: JobLogOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting: NewLogLine[] = [];
  #dropped = 0;
  #flushing: Promise<void> = Promise.resolve();
  #failing = false;
  #over = false;

  constructor(options: JobLogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  info(message: string): void {
    this.#add({ level: 'info', message });
  }

  report(report: TrainerReport): void {
    for (const line of linesOf(report)) this.#add(line);
  }

  /** What a trainer that failed wrote last. */
  outcome(outcome: ChildOutcome): void {
    if (outcome.type !== 'failed' && outcome.type !== 'crashed') return;
    const lines = stderrLines(outcome.stderr, this.#options.folders);
    if (lines.length > 0) this.#add({ level: 'error', message: 'The training process wrote last:' });
    for (const message of lines) this.#add({ level: 'error', message });
  }

  /**
   * Writes what waits. Never throws: an attempt is not to fail for want of its log, and that it is over is noticed by
   * its other writes.
   */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  /** Writes the last lines, before the job's end is written; nothing is taken after it. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    this.#over = true;
  }

  #add(line: NewLogLine): void {
    if (this.#over) return;
    this.#waiting.push({ at: new Date(), ...line });
    if (this.#waiting.length <= WAITING_MAX) return;
    this.#waiting.shift();
    this.#dropped += 1;
  }

  async #write(): Promise<void> {
    const { jobLogs, fence, log } = this.#options;
    const [lines, dropped] = [this.#waiting, this.#dropped];
    if (lines.length === 0 || this.#over) return;
    this.#waiting = [];
    this.#dropped = 0;
    const missing: NewLogLine = { level: 'warning', message: `${dropped} lines before this could not be written.` };
    try {
      await jobLogs.append(fence, dropped > 0 ? [missing, ...lines] : lines);
      this.#failing = false;
    } catch (error) {
      if (error instanceof StaleAttemptError) {
        this.#over = true;
        return;
      }
      if (!this.#failing) log.warn({ err: error }, 'the log of a job could not be written, and waits');
      this.#failing = true;
      const kept = [...lines, ...this.#waiting];
      this.#waiting = kept.slice(-WAITING_MAX);
      this.#dropped += dropped + kept.length - this.#waiting.length;
    }
  }
}
