// Keeps a second start off a data folder: a file with the pids of the launcher and of its watchdog, which may need a
// few seconds more to end the servers.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineOf } from './command-line.mjs';
import { Problem } from './problem.mjs';

const PATIENCE_MS = 30_000;

/** @typedef {{ launcher: number, watchdog: number }} Holder */

/**
 * @param {string} directory Made when absent
 * @param {number} watchdog Its pid
 * @param {AbortSignal} signal
 * @returns {Promise<() => void>} Gives the lock back
 */
export async function lockDirectory(directory, watchdog, signal) {
  makeDirectory(directory);
  const file = join(directory, 'lock.json');
  /** @type {Holder} */
  const holder = { launcher: process.pid, watchdog };
  const deadline = Date.now() + PATIENCE_MS;
  while (!create(file, holder)) {
    signal.throwIfAborted();
    const other = read(file);
    const held = other !== null && /\.mjs/.test((await commandLineOf(other.launcher)) ?? '');
    if (held || Date.now() > deadline) {
      throw new Problem(
        `Another Trainyard (process ${other?.launcher}) uses the data folder ${directory}.\n` +
          'Stop it first, or give this one a folder of its own with TRAINYARD_DATA_DIR.',
      );
    }
    if (other !== null && /watchdog\.mjs/.test((await commandLineOf(other.watchdog)) ?? '')) await sleep(200);
    else rmSync(file, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** @param {string} directory */
function makeDirectory(directory) {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Problem(`The data folder cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} file @param {Holder} holder @returns {boolean} false when somebody holds it */
function create(file, holder) {
  try {
    writeFileSync(file, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new Problem(`The data folder cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} file @returns {Holder | null} null when it is gone or was cut short by a crash */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
