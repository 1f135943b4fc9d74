// Passes over a set of images, each in a process of its own.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url));

/**
 * @typedef {object} Pass
 * @property {number} images
 * @property {number} ms
 * @property {number} cpu_ms Processor time, of all threads
 *
 * @typedef {Pass & { checking_ms: number, peak_bytes: number }} Ingest
 * @typedef {{ lanes: number, from: 'files' | 'memory' }} BareSetting
 * @typedef {import('./sets.mjs').ImageSet} ImageSet
 */

/** @param {ImageSet} set @param {number} threads Of libuv's pool @param {BareSetting} setting @returns {Promise<Pass>} */
export function bare({ folder, side }, threads, { lanes, from }) {
  return passOf(BARE, [folder, String(side), String(lanes), from], threads);
}

/** @param {ImageSet} set @param {number} threads @returns {Promise<Ingest>} */
export async function ours({ root, sourceKey, side }, threads) {
  const pass = await passOf(OURS, [root, sourceKey, String(side)], threads);
  await rm(join(root, 'datasets'), { recursive: true, force: true });
  return /** @type {Ingest} */ (pass);
}

/** @param {string} script @param {string[]} args @param {number} threads @returns {Promise<Pass>} */
async function passOf(script, args, threads) {
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(threads) };
  const { stdout } = await run(process.execPath, [script, ...args], { env });
  return JSON.parse(stdout);
}
