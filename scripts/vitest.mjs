// Runs vitest as a group of its own that ends with this process, whatever becomes of it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './setup.mjs';
import { STAGES } from './stack/guard.mjs';
import { endGroup, hasEnded } from './stack/process-group.mjs';

/**
 * @typedef {object} VitestOptions
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} env Beside this process's own
 * @property {import('./stack/guard.mjs').Guard} guard
 * @property {import('./stack/shutdown.mjs').Shutdown} shutdown
 */

/** @param {VitestOptions} options @returns {Promise<number | null>} The exit code */
export function runVitest({ args, env, guard, shutdown: { signal, defer } }) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: ROOT,
    // A group of its own: its workers and the programs that they start end with it.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  guard.watch(child, 'SIGTERM', STAGES.program);
  defer(async () => {
    if (child.pid !== undefined && !hasEnded(child)) await endGroup({ pid: child.pid, signal: 'SIGTERM' });
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (signal.aborted ? reject(signal.reason) : resolve(code)));
  });
}

/** @param {import('./stack/guard.mjs').Guard} guard @returns {string} A folder that is removed at the end */
export function temporaryFolder(guard) {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-npm-test-'));
  guard.removeDirectory(folder);
  return folder;
}

/** @param {string} file @returns {string | null} Null where there is none */
export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
