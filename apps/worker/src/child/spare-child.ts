/**
 * A child process that is started before there is a task for it, so that a task finds its modules loaded. Each child still
 * works on one task alone: whoever takes the spare one has another prepared when the machine is free again.
 */
import { type ChildCommand, type StartedChild, startChild } from './start-child.js';

export class SpareChild {
  readonly #command: ChildCommand;
  #waiting: StartedChild | null = null;
  #isClosed = false;

  constructor(command: ChildCommand) {
    this.#command = command;
  }

  /** Starts one, unless one is waiting already. */
  prepare(): void {
    if (this.#isClosed || this.#isWaiting()) return;
    this.#waiting = startChild(this.#command);
  }

  /** The one that waits, or a new one where none does: it was taken, or something has killed it. */
  take(): StartedChild {
    const taken = this.#isWaiting() ? this.#waiting : null;
    this.#waiting = null;
    return taken ?? startChild(this.#command);
  }

  /** Ends the one that waits, and prepares no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    waiting.process.kill('SIGKILL');
    await waiting.exited.catch(() => {});
  }

  #isWaiting(): boolean {
    const child = this.#waiting?.process;
    return child?.connected === true && child.exitCode === null && child.signalCode === null;
  }
}
