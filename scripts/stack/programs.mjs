// Runs the API, the worker and the inference server as processes of their own, each with its log in a file.
import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup.mjs';
import { STAGES } from './guard.mjs';
import { Problem } from './problem.mjs';
import { endGroup, hasEnded } from './process-group.mjs';

const READY_MS = 120_000;
const LOG_BYTES_MAX = 10 * 1024 * 1024;

/**
 * @typedef {object} ProgramOptions
 * @property {string} logs Folder of the logs
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./guard.mjs').Guard} guard
 * @property {import('./shutdown.mjs').Shutdown} shutdown
 *
 * @typedef {object} Ready
 * @property {number} [port]
 * @property {string} [bootstrapKey] The first key, told once by the API that made it
 *
 * @typedef {object} Program
 * @property {number} pid
 * @property {Ready} ready
 * @property {Promise<string>} ended Resolves with the reason, should it end by itself
 */

/**
 * Starts one program and waits until it is ready. It is stopped when the script ends.
 * @param {'api' | 'worker' | 'inference'} name
 * @param {ProgramOptions} options
 * @returns {Promise<Program>}
 */
export async function startProgram(name, { logs, env, guard, shutdown }) {
  shutdown.signal.throwIfAborted();
  const log = openLog(logs, name);
  const child = fork(join(ROOT, 'apps', name, 'dist/main.js'), [], {
    cwd: ROOT,
    env,
    execArgv: [],
    // A group of its own: Ctrl-C reaches the launcher alone, which then ends everything in order.
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
  });
  closeSync(log.descriptor);
  guard.watch(child, 'SIGTERM', STAGES.program);
  shutdown.defer(async () => {
    if (child.pid !== undefined && !hasEnded(child)) await endGroup({ pid: child.pid, signal: 'SIGTERM' });
  });
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(
        `${name} ended (${signal ?? `code ${code}`}). The end of its log, ${log.file}:\n${tail(log.file, log.start)}`,
      ),
    );
  });
  return { pid: child.pid ?? 0, ready: await untilReady(child, ended, name, shutdown.signal), ended };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<string>} ended
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<Ready>}
 */
function untilReady(child, ended, name, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Problem(`${name} was not ready after ${READY_MS / 1000} s.`)), READY_MS);
    signal.addEventListener('abort', () => reject(signal.reason));
    void ended.then((reason) => reject(new Problem(reason)));
    child.on('message', (message) => {
      if (typeof message !== 'object' || !('type' in message) || message.type !== 'ready') return;
      clearTimeout(timer);
      resolve(/** @type {Ready} */ (message));
    });
  });
}

/** @param {string} folder @param {string} name */
function openLog(folder, name) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  const start = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return { file, start, descriptor: openSync(file, 'a', 0o600) };
}

/** @param {string} file @param {number} start Where this run began */
function tail(file, start) {
  return readFileSync(file).subarray(start).toString().trim().split('\n').slice(-10).join('\n');
}
