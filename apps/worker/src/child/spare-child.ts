/**
 * Child processes that are started before there is a task for them, so that a task finds its modules loaded. Each child still
 * works on one task alone: whoever takes a spare one has another prepared when the machine is free again.
 */
import { type ChildCommand, type StartedChild, startChild } from './start-child.js';

export class SpareChild {
  readonly #command: ChildCommand;
  readonly #count: number;
  /** The oldest first. */
  #waiting: StartedChild[] = [];
  #isClosed = false;

  /** @param count how many wait at once */
  constructor(command: ChildCommand, count = 1) {
    this.#command = command;
    this.#count = count;
  }

  /** Starts as many as are missing. */
  prepare(): void {
    if (this.#isClosed) return;
    this.#waiting = this.#waiting.filter(isWaiting);
    while (this.#waiting.length < this.#count) this.#waiting.push(startChild(this.#command));
  }

  /** One that waits, or a new one where none does: they were taken, or something has killed them. */
  take(): StartedChild {
    this.#waiting = this.#waiting.filter(isWaiting);
    return this.#waiting.shift() ?? startChild(this.#command);
  }

  /** Ends those that wait, and prepares no others. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { process } of waiting) process.kill('SIGKILL');
    await Promise.all(waiting.map(({ exited }) => exited.catch(() => {})));
  }
}

function isWaiting({ process }: StartedChild): boolean {
  return process.connected && process.exitCode === null && process.signalCode === null;
}
