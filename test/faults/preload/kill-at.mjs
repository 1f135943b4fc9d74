// Loaded into every process of a worker (NODE_OPTIONS=--import): kills its own process at one step of writing a
// checkpoint. It stands around the calls of Node and of the database driver; the program knows nothing of it. A process
// takes the first plan for its role that lies in the folder, so each plan kills once. A trainer writes checkpoints in a
// thread, which finds the plan of its process in its environment.
import fs, { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** @typedef {{ file: string, point: string, nth: number }} Plan `nth`: which time the point is reached. */

const folder = process.env.TRAINYARD_FAULT_PLANS;
const PLAN = 'TRAINYARD_FAULT_PLAN_OF_PROCESS';
const plan = ownPlan();
if (plan !== null && isMainThread && role() === 'worker') {
  standAroundRemoval();
  await standAroundQueries();
}
if (plan !== null && !isMainThread) standAroundWriting();

/** @returns {Plan | null} */
function ownPlan() {
  if (!isMainThread) return JSON.parse(process.env[PLAN] ?? 'null');
  const taken = folder === undefined ? null : takePlan(folder, role());
  // A worker's children take plans of their own.
  if (taken !== null && role() === 'trainer') process.env[PLAN] = JSON.stringify(taken);
  return taken;
}

/** @returns {'trainer' | 'worker' | 'other'} */
function role() {
  const [, script = ''] = process.argv;
  if (script.endsWith('/children/trainer.js')) return 'trainer';
  return script.endsWith('/worker/dist/main.js') ? 'worker' : 'other';
}

/** @param {string} plans @param {string} forRole @returns {Plan | null} */
function takePlan(plans, forRole) {
  for (const name of readdirSync(plans).sort()) {
    if (!name.startsWith(`${forRole}.`)) continue;
    const file = join(plans, `taken.${process.pid}.${name}`);
    try {
      renameSync(join(plans, name), file);
    } catch {
      continue; // Another process was quicker.
    }
    return { ...JSON.parse(readFileSync(file, 'utf8')), file };
  }
  return null;
}

let reached = 0;

/** Kills this process where `point` is what it was given. @param {string} point */
function pass(point) {
  if (isDue(point)) die();
}

/** @param {string} point @returns {boolean} */
function isDue(point) {
  if (plan === null || plan.point !== point) return false;
  reached += 1;
  return reached === plan.nth;
}

function die() {
  if (plan !== null)
    writeFileSync(`${plan.file}.fired`, JSON.stringify({ pid: process.pid, ppid: process.ppid, at: Date.now() }));
  process.kill(process.pid, 'SIGKILL');
}

function standAroundWriting() {
  const { openSync, writeSync, fsyncSync } = fs;
  const { open, rename } = files;
  fs.openSync = (path, flags, mode) => {
    pass('before the temporary file');
    const file = openSync(path, flags, mode);
    pass('after the temporary file is made');
    return file;
  };
  /** @param {number} file @param {Uint8Array} bytes @param {...unknown} rest */
  const writeOrDie = (file, bytes, ...rest) => {
    if (isDue('half written')) {
      writeSync(file, bytes.subarray(0, bytes.length >> 1));
      die();
    }
    return Reflect.apply(writeSync, fs, [file, bytes, ...rest]);
  };
  Object.assign(fs, { writeSync: writeOrDie });
  fs.fsyncSync = (file) => {
    pass('after it is written');
    fsyncSync(file);
    pass('after its fsync');
  };
  files.rename = async (from, to) => {
    pass('before the rename');
    await rename(from, to);
    pass('after the rename');
  };
  files.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    if (String(path).includes('/checkpoints/')) standAroundFolder(handle);
    return handle;
  };
  syncBuiltinESMExports();
}

function standAroundRemoval() {
  const { rm } = files;
  files.rm = async (path, options) => {
    const isCheckpoint = String(path).includes('/checkpoints/');
    if (isCheckpoint) pass('before an old file is removed');
    await rm(path, options);
    if (isCheckpoint) pass('after an old file is removed');
  };
  syncBuiltinESMExports();
}

/** The folder of checkpoints is flushed after the rename. @param {import('node:fs/promises').FileHandle} handle */
function standAroundFolder(handle) {
  const sync = handle.sync.bind(handle);
  handle.sync = async () => {
    await sync();
    pass("after the folder's fsync");
  };
}

async function standAroundQueries() {
  const { default: pg } = await import('pg');
  const query = pg.Client.prototype.query;
  /** The connections whose transaction has written a checkpoint's row. */
  const written = new WeakSet();
  /** @this {import('pg').Client} @param {...unknown} given */
  pg.Client.prototype.query = function (...given) {
    const text = textOf(given[0]);
    const isRow = /^\s*insert into "?(public"?\.)?"?checkpoints"/i.test(text);
    const isCommit = /^\s*commit/i.test(text) && written.has(this);
    if (isRow) pass('before the row');
    if (isCommit) pass('before the commit');
    const answer = Reflect.apply(query, this, given);
    // What was sent reaches the server, though nobody is left to hear its answer.
    if (isCommit && isDue('while the commit is on its way')) setImmediate(die);
    if (!isRow && !isCommit) return answer;
    if (isRow) written.add(this);
    else written.delete(this);
    return Promise.resolve(answer).then((result) => {
      pass(isRow ? 'after the row' : 'after the commit');
      return result;
    });
  };
}

/** @param {unknown} query @returns {string} */
function textOf(query) {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null || !('text' in query)) return '';
  return String(query.text);
}
