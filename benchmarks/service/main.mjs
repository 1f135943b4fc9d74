// `npm run bench:service`: what the service adds to a training: the part of the bare loop's speed that a job through the API
// has, and the time from its POST to its first step.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { writeResult } from '../report.mjs';
import { CASE_NAMES, prepareCase } from './cases.mjs';
import { runPair, summarizePairs } from './pairs.mjs';
import { startStack } from './stack.mjs';
import { summarizeStarts, timeStart } from './starts.mjs';

const USAGE = `npm run bench:service -- [--models ${CASE_NAMES.join(',')}] [--scale 0.4,2] [--epochs 5,4] [--pairs 16,6] [--starts 16] [--threads 2]
  --scale   how many times the images of each case: 0.4 makes epochs of about a second, 2 of about five
  --epochs  of a training, for each scale; at least 3
  --pairs   of a job and a bare loop, for each scale
  --starts  how many starts are timed, at the first scale
`;
const EPOCHS_MIN = 3;
const RATIO_MIN = 0.97;
const FIRST_STEP_MS_MAX = 1000;

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/** Resident MiB of the worker's waiting trainer. @param {number} workerPid */
function spareMemory(workerPid) {
  const children = readFileSync(`/proc/${workerPid}/task/${workerPid}/children`, 'utf8').trim().split(' ');
  const spare = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('trainer.js'));
  if (!spare) return null;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${spare}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

/**
 * The first job of a network on a machine tries its lowerings; those after it know what was found.
 *
 * @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {number} starts
 */
async function measureStarts(stack, prepared, starts) {
  await timeStart(stack, prepared, 0);
  const times = [];
  for (let start = 1; start <= starts; start++) times.push(await timeStart(stack, prepared, start));
  if (times.length === 0) return null;
  const summary = summarizeStarts(times);
  say(
    `  until, ms: ${Object.entries(summary.until_ms)
      .map(([stage, ms]) => `${stage} ${ms}`)
      .join(', ')}`,
  );
  const { median, p95 } = summary.first_step_ms;
  say(`  POST to the first step: median ${Math.round(median)} ms, p95 ${Math.round(p95)} ms`);
  return { ...summary, limit_ms: FIRST_STEP_MS_MAX, reached: median < FIRST_STEP_MS_MAX };
}

/** @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {import('./cases.mjs').Length} length */
async function measureSpeed(stack, prepared, { scale, pairs }) {
  const turns = [];
  for (let turn = 0; turn < pairs; turn++) {
    const pair = await runPair(stack, prepared, turn);
    const [job, bare] = [pair.job_images_per_s, pair.bare_images_per_s].map(Math.round);
    say(`  ${turn + 1} of ${pairs}: job ${job}, bare ${bare} images/s, ratio ${pair.ratio.toFixed(3)}`);
    turns.push(pair);
  }
  const paired = summarizePairs(turns);
  const epoch = prepared.trainImages / paired.bare_images_per_s;
  const [low, high] = paired.ratio.interval_95;
  say(
    `  epochs of ${epoch.toFixed(1)} s: ratio ${paired.ratio.median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
  );
  say(`  whole job ${paired.job_wall_s.toFixed(1)} s, bare loop ${paired.bare_loop_s.toFixed(1)} s`);
  return {
    ...{ scale, train_images: prepared.trainImages, epochs: prepared.epochs, epoch_s: epoch },
    ...{ ...paired, limit: RATIO_MIN, reached: paired.ratio.median >= RATIO_MIN },
  };
}

/** @param {import('./stack.mjs').Stack} stack @param {string} name @param {{ lengths: readonly import('./cases.mjs').Length[], starts: number }} amount */
async function measure(stack, name, { lengths, starts }) {
  const speed = [];
  let start = null;
  let batchSize = 0;
  for (const length of lengths) {
    const prepared = await prepareCase(stack, name, length);
    batchSize = prepared.batchSize;
    say(`${name}: ${prepared.trainImages} images, ${prepared.epochs} epochs`);
    if (length === lengths[0]) start = await measureStarts(stack, prepared, starts);
    speed.push(await measureSpeed(stack, prepared, length));
  }
  const spare = process.platform === 'linux' ? spareMemory(stack.workerPid) : null;
  return { model: name, batch_size: batchSize, spare_trainer_mib: spare, speed, start };
}

/** One number for each scale; of a shorter list the last one holds for the rest. @param {{ scale: string, epochs: string, pairs: string }} values @returns {import('./cases.mjs').Length[]} */
function lengthsOf({ scale, epochs, pairs }) {
  const [scales, each, counts] = [scale, epochs, pairs].map((list) => list.split(',').map(Number));
  const at = (/** @type {number[]} */ list, /** @type {number} */ i) => list[Math.min(i, list.length - 1)];
  return scales.map((one, i) => {
    if (!(at(each, i) >= EPOCHS_MIN))
      throw new RangeError(`Expected at least ${EPOCHS_MIN} epochs. Received: ${epochs}`);
    return { scale: one, epochs: at(each, i), pairs: at(counts, i) };
  });
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: CASE_NAMES.join(',') },
      scale: { type: 'string', default: '0.4,2' },
      epochs: { type: 'string', default: '5,4' },
      pairs: { type: 'string', default: '16,6' },
      starts: { type: 'string', default: '16' },
      threads: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const amount = { lengths: lengthsOf(values), starts: Number(values.starts) };
  const stack = await startStack(shutdown, Number(values.threads));
  const models = [];
  for (const name of values.models.split(',')) models.push(await measure(stack, name, amount));
  writeResult('service', { threads: Number(values.threads), models });
  return 0;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
