// Several workers, of which any may be killed and replaced at any time.
import { once } from 'node:events';
import type { Program } from '../setup/index.js';
import { descendantsOf } from '../worker/processes.js';

export class Fleet {
  readonly #startWorker: () => Promise<Program>;
  readonly #workers: Program[] = [];
  /** With those that are gone. */
  readonly #all: Program[] = [];
  #starting: Promise<unknown> = Promise.resolve();

  /** `workers`: some that run already. */
  constructor(startWorker: () => Promise<Program>, workers: readonly Program[] = []) {
    this.#startWorker = startWorker;
    this.#workers.push(...workers);
    this.#all.push(...workers);
  }

  /** Those that take jobs just now. */
  get workers(): readonly Program[] {
    return this.#workers;
  }

  async grow(more: number): Promise<void> {
    await Promise.all(Array.from({ length: more }, () => this.#add()));
  }

  /** Ends a worker, and begins to start another in its place. Resolves once it is gone. */
  async replace(worker: Program, signal: NodeJS.Signals): Promise<void> {
    await this.end(worker, signal);
    this.#starting = Promise.all([this.#starting, this.#add()]);
    // Whoever waits for `settled` hears of a failure.
    this.#starting.catch(() => {});
  }

  async end(worker: Program, signal: NodeJS.Signals): Promise<void> {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    if (!isRunning(worker)) return;
    const gone = once(worker.process, 'exit');
    worker.process.kill(signal);
    await gone;
  }

  /** Starts others in the place of those that have ended by themselves. */
  async replaceDead(): Promise<void> {
    const dead = this.#workers.filter((worker) => !isRunning(worker));
    for (const worker of dead) await this.end(worker, 'SIGKILL');
    await this.grow(dead.length);
  }

  /** The job that a worker of a pid spoke of last before a time, by its log. */
  lastTaken(pid: number, at: number): { jobId: string; attempt: number } | null {
    const lines =
      this.#all
        .find(({ process: child }) => child.pid === pid)
        ?.log()
        .split('\n') ?? [];
    for (const line of lines.reverse()) {
      if (!line.startsWith('{') || !line.endsWith('}')) continue;
      const { time, job_id: jobId, attempt } = JSON.parse(line);
      if (typeof jobId === 'string' && typeof attempt === 'number' && time <= at) return { jobId, attempt };
    }
    return null;
  }

  /** Resolves once no worker is being started any more. */
  async settled(): Promise<void> {
    await this.#starting;
  }

  /** Gives up all that are left: they run on for somebody else. */
  async release(): Promise<Program[]> {
    await this.settled().catch(() => {});
    const running = this.#workers.splice(0).filter(isRunning);
    for (const { process: child } of running) child.kill('SIGCONT');
    return running;
  }

  /** Ends all that are left, at once. */
  async close(): Promise<void> {
    await this.settled().catch(() => {});
    await Promise.all([...this.#workers].map((worker) => this.end(worker, 'SIGKILL')));
  }

  async #add(): Promise<void> {
    const worker = await this.#startWorker();
    this.#workers.push(worker);
    this.#all.push(worker);
  }
}

function isRunning({ process: { exitCode, signalCode } }: Program): boolean {
  return exitCode === null && signalCode === null;
}

/** What a worker has started, such as its trainer. */
export function childrenOf({ process: { pid } }: Program): Promise<number[]> {
  return descendantsOf(pid ?? 0);
}

/** Answers how many there were. */
export async function killChildren(worker: Program): Promise<number> {
  const children = await childrenOf(worker);
  for (const pid of children) signal(pid, 'SIGKILL');
  return children.length;
}

/** One that has ended just now does not hear it. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
