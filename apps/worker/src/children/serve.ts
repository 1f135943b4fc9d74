/**
 * The child's end of the line to its worker. It takes one task, numbers its reports and waits when too many of them have
 * not been dealt with yet. It ends with its worker, whatever it is doing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type ChildEnding, type ChildProtocol, type StopOrder, toErrorRecord } from '@trainyard/contracts';

export interface Assignment<Report> {
  /** Aborted when the worker wants the child to abandon its task. */
  signal: AbortSignal;
  /** How else the worker wants it to end. A task that hands over ends by throwing `HandedOver`. */
  order: () => Exclude<StopOrder, 'abandon'> | null;
  /** Resolves once the worker has room for more reports. */
  report: (report: Report) => Promise<void>;
}

/** Ends a task that is to go on in another process; the child says that it has stopped. */
export class HandedOver extends Error {}

type Work<Task, Report> = (task: Task, assignment: Assignment<Report>) => Promise<void>;

/** Reports that may be on their way at once. */
const UNACKNOWLEDGED_MAX = 4;

/**
 * Waits for a task, works on it, tells how it ended, and ends the process.
 *
 * @param warmUp what the process does while no task is there yet; a task that comes meanwhile aborts the signal and waits
 */
export function serve<Task, Report>(
  protocol: ChildProtocol<Task, Report>,
  work: Work<Task, Report>,
  warmUp: (taken: AbortSignal) => Promise<void> = async () => {},
): void {
  endWithWorker();
  const line = new Line<Report>();
  const stopping = new AbortController();
  let order: Exclude<StopOrder, 'abandon'> | null = null;
  const taken = new AbortController();
  process.on('message', (message) => {
    const told = protocol.parseOrder(message);
    if (told?.type === 'acknowledge') line.acknowledge(told.seq);
    if (told?.type === 'stop' && told.how !== 'abandon') order = told.how;
    if (told?.type === 'stop' && told.how === 'abandon')
      stopping.abort(new Error('The worker told this process to stop'));
    if (told?.type !== 'start' || taken.signal.aborted) return;
    taken.abort();
    void warm.then(() => attend(work, told.task, line, { signal: stopping.signal, order: () => order }));
  });
  // A task that was sent while the modules were loaded comes first. What fails here fails again, and is told, in a task.
  const warm = nextTurn()
    .then(() => (taken.signal.aborted ? undefined : warmUp(taken.signal)))
    .catch(() => {});
}

async function attend<Task, Report>(
  work: Work<Task, Report>,
  task: Task,
  line: Line<Report>,
  told: Pick<Assignment<Report>, 'signal' | 'order'>,
) {
  try {
    await work(task, { ...told, report: (report) => line.send(report) });
  } catch (error) {
    const isStopped = told.signal.aborted || error instanceof HandedOver;
    if (!isStopped) console.error(error);
    await line.send(isStopped ? { type: 'stopped' } : { type: 'failed', error: toErrorRecord(error) });
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
  new Worker(new URL('../../dist/children/watchdog.js', import.meta.url), { workerData: process.ppid }).unref();
  if (!process.connected) gone();
}
