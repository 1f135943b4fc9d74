// A trainer in a process of its own, which answers each message with one.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @template Answer
 * @typedef {object} Child
 * @property {number} pid
 * @property {(message: import('node:child_process').Serializable) => Promise<Answer>} ask Rejected where it ends instead
 * @property {() => void} end
 */

/**
 * It ends with this process.
 *
 * @template Answer
 * @param {string} script Beside this file
 * @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown
 * @returns {Child<Answer>}
 */
export function startChild(script, shutdown) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const end = () => void child.kill('SIGKILL');
  shutdown.defer(end);
  /** @type {Promise<never>} */
  const ended = once(child, 'exit').then(([code, signal]) => {
    shutdown.signal.throwIfAborted();
    throw new Error(`A trainer ended (${signal ?? `exit code ${code}`}).`);
  });
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    async ask(message) {
      const answer = once(child, 'message');
      child.send(message);
      return (await Promise.race([answer, ended]))[0];
    },
    end,
  };
}
