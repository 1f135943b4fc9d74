// Runs one command to its end and keeps what it printed.
import { spawn } from 'node:child_process';
import { STAGES } from './guard.mjs';
import { send } from './process-group.mjs';

/**
 * @typedef {object} CommandResult
 * @property {number | null} code null when it was killed or could not be started
 * @property {string} output stdout and stderr together
 */

/**
 * The command gets a process group of its own, so that an interruption ends whatever it started as well.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal, guard?: import('./guard.mjs').Guard }} [options]
 * @returns {Promise<CommandResult>} Rejects only when the signal aborts.
 */
export function runCommand(file, args, { cwd, env, signal, guard } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    guard?.watch(child, 'SIGTERM', STAGES.program);
    const interrupt = () => child.pid !== undefined && send(-child.pid, 'SIGTERM');
    signal?.addEventListener('abort', interrupt);

    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', interrupt);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: child.pid === undefined ? null : code, output });
    });
  });
}
