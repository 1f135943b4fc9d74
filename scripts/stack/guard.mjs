// The near end of the watchdog: what is registered here ends even when this process is killed outright.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Programs end before the servers that they use. */
export const STAGES = { server: 0, program: 1 };

/**
 * @typedef {object} Guard
 * @property {number} pid
 * @property {(child: import('node:child_process').ChildProcess, signal: NodeJS.Signals, stage: number) => void} watch
 *   The child must be the leader of a group (`detached: true`).
 * @property {(directory: string) => void} removeDirectory Has a temporary folder removed at the end.
 * @property {() => Promise<void>} close Ends the watchdog, which ends whatever is still registered.
 */

/** @returns {Guard} */
export function startGuard() {
  const script = fileURLToPath(new URL('./watchdog.mjs', import.meta.url));
  const watchdog = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  watchdog.unref();
  const ended = new Promise((resolve) => watchdog.once('close', resolve));
  watchdog.stdin.on('error', () => {});
  /** @param {object} message */
  const tell = (message) => watchdog.stdin.write(`${JSON.stringify(message)}\n`);

  return {
    pid: watchdog.pid ?? 0,
    watch(child, signal, stage) {
      const { pid } = child;
      if (pid === undefined) return;
      tell({ add: { pid, signal, stage } });
      child.once('exit', () => tell({ remove: pid }));
    },
    removeDirectory: (directory) => void tell({ directory }),
    async close() {
      watchdog.ref();
      watchdog.stdin.end();
      await ended;
    },
  };
}
