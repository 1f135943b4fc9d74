/**
 * The child's end of the line to its worker. It takes one task, numbers its reports and waits when too many of them have
 * not been dealt with yet. It ends with its worker, whatever it is doing.
 */
import { Worker } from 'node:worker_threads';
import { type ChildEnding, type ChildProtocol, toErrorRecord } from '@trainyard/contracts';

export interface Assignment<Report> {
  /** Aborted when the worker wants the child to stop. */
  signal: AbortSignal;
  /** Resolves once the worker has room for more reports. */
  report: (report: Report) => Promise<void>;
}

type Work<Task, Report> = (task: Task, assignment: Assignment<Report>) => Promise<void>;

/** Reports that may be on their way at once. */
const UNACKNOWLEDGED_MAX = 4;

/** Waits for a task, works on it, tells how it ended, and ends the process. */
export function serve<Task, Report>(protocol: ChildProtocol<Task, Report>, work: Work<Task, Report>): void {
  endWithWorker();
  const line = new Line<Report>();
  const stopping = new AbortController();
  let started = false;
  process.on('message', (message) => {
    const order = protocol.parseOrder(message);
    if (order?.type === 'acknowledge') line.acknowledge(order.seq);
    if (order?.type === 'stop') stopping.abort(new Error('The worker told this process to stop'));
    if (order?.type !== 'start' || started) return;
    started = true;
    void attend(work, order.task, line, stopping.signal);
  });
}

async function attend<Task, Report>(work: Work<Task, Report>, task: Task, line: Line<Report>, signal: AbortSignal) {
  try {
    await work(task, { signal, report: (report) => line.send(report) });
  } catch (error) {
    if (!signal.aborted) console.error(error);
    await line.send(signal.aborted ? { type: 'stopped' } : { type: 'failed', error: toErrorRecord(error) });
  }
  await line.drain();
  process.exit(0);
}

/** Messages out, acknowledgements in. */
class Line<Report> {
  readonly #waiting = new Set<number>();
  #sent = 0;
  #heard = () => {};

  async send(body: Report | ChildEnding): Promise<void> {
    const seq = ++this.#sent;
    this.#waiting.add(seq);
    process.send?.({ seq, body }, undefined, undefined, (error: Error | null) => {
      if (error) process.exit(1);
    });
    await this.#until(UNACKNOWLEDGED_MAX - 1);
  }

  /** Resolves once the worker has dealt with everything. */
  drain(): Promise<void> {
    return this.#until(0);
  }

  acknowledge(seq: number): void {
    this.#waiting.delete(seq);
    this.#heard();
  }

  async #until(most: number): Promise<void> {
    while (this.#waiting.size > most) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
}

/**
 * Ends this process when its worker is gone: at once where the event loop turns, else through a thread that looks after
 * the worker. Ctrl-C reaches the whole process group, but it is for the worker to say what happens then.
 */
function endWithWorker(): void {
  const gone = () => process.exit(1);
  process.on('disconnect', gone);
  process.on('error', gone);
  process.stdout.on('error', gone);
  process.stderr.on('error', gone);
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  new Worker(new URL('./watchdog.js', import.meta.url), { workerData: process.ppid }).unref();
  if (!process.connected) gone();
}
