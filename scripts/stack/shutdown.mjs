// One place that ends everything: what was started is registered here and is stopped in reverse order, once, whether
// the script finishes, fails or is interrupted.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long after a first signal a second one is still taken for the same key press, which npm forwards as well. */
const SAME_SIGNAL_MS = 1500;
const UNWIND_MS = 3000;

/**
 * @typedef {object} Shutdown
 * @property {AbortSignal} signal Aborted as soon as the end begins.
 * @property {(stop: () => unknown) => void} defer Registers what must be undone; called at once if the end has begun.
 * @property {() => Promise<void>} stop Undoes everything in reverse order. Safe to call again.
 * @property {(work: Promise<number>) => Promise<never>} exit
 *   Waits for the work, which answers the exit code, or for an interruption; then stops everything and ends the process.
 */

/** Thrown out of whatever was in progress when the script was interrupted. */
export class Interrupted extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = 'Interrupted';
  }
}

/** @returns {Shutdown} */
export function createShutdown() {
  const controller = new AbortController();
  /** @type {(() => unknown)[]} */
  const stops = [];
  /** @type {Promise<void> | undefined} */
  let ending;

  const stop = () => {
    if (!controller.signal.aborted) controller.abort(new Interrupted('stopped'));
    ending ??= (async () => {
      for (let next = stops.pop(); next; next = stops.pop()) await attempt(next);
    })();
    return ending;
  };

  return {
    signal: controller.signal,
    stop,
    defer(next) {
      if (ending) void attempt(next);
      else stops.push(next);
    },
    async exit(work) {
      const interrupted = onInterrupt((reason) => controller.abort(new Interrupted(reason)));
      // Whatever an interruption breaks off is no failure of its own.
      const settled = work.catch((error) => (controller.signal.aborted ? 130 : failure(error)));
      const code = await Promise.race([settled, interrupted]);
      // What was in progress unwinds first, then the rest is stopped.
      if (controller.signal.aborted) await Promise.race([settled, sleep(UNWIND_MS)]);
      await stop();
      // An orderly end leaves no handle behind, but a half-started child may: the process must not linger for it.
      process.exit(code);
    },
  };
}

/** @param {() => unknown} stop */
async function attempt(stop) {
  try {
    await stop();
  } catch (error) {
    process.stderr.write(`while stopping: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** @param {unknown} error @returns {number} The exit code */
function failure(error) {
  const known = error instanceof Error && error.name === 'Problem';
  const text = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`\n${text}\n`);
  return 1;
}

/**
 * Resolves with the exit code when the script is told to end. Under npm the loss of the parent counts as well: a
 * killed `npm` passes nothing on.
 * @param {(reason: string) => void} notify
 * @returns {Promise<number>}
 */
function onInterrupt(notify) {
  return new Promise((resolve) => {
    let first = 0;
    /** @param {string} reason @param {number} code */
    const interrupt = (reason, code) => {
      if (first > 0) {
        if (Date.now() - first > SAME_SIGNAL_MS) process.exit(code);
        return;
      }
      first = Date.now();
      notify(reason);
      resolve(code);
    };
    process.on('SIGINT', () => interrupt('SIGINT', 130));
    process.on('SIGTERM', () => interrupt('SIGTERM', 143));
    process.on('SIGHUP', () => interrupt('SIGHUP', 129));
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && interrupt('the parent process ended', 143), 1000).unref();
  });
}
