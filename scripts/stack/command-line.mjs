// What a running process was started as, to tell ours from another program that has got its pid since.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { runCommand } from './command.mjs';
import { isRunning } from './process-group.mjs';

/** @param {number} pid @returns {Promise<string | null>} null when there is no such process */
export async function commandLineOf(pid) {
  if (!Number.isInteger(pid) || pid < 1 || !isRunning(pid)) return null;
  if (process.platform !== 'linux') return (await runCommand('ps', ['-o', 'command=', '-p', String(pid)])).output;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return null;
  }
}
