// `npm run bench:checkpoints`: what part of a training's time its checkpoints take, in pairs with and without them.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkpointKey, keepLargeBlocksMapped, writeCheckpoint } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { fitArrays } from '../fit-arrays.mjs';
import { CLASSES, imagesFor, networkOf, noiseData } from '../noise.mjs';
import { writeResult } from '../report.mjs';
import { median } from '../statistics.mjs';

const USAGE = `npm run bench:checkpoints -- [--models lenet5,resnet8] [--seconds 70] [--pairs 2] [--threads <n>] [--folder <path>]
  --seconds  that one training takes, about; more than 30, or nothing is written in the middle of an epoch
  --folder   where checkpoints are written; the disk decides what that costs. The system's temporary folder where left out
`;

const BATCH = 32;
/** The largest part of the time that checkpoints may take. */
const LIMIT = 0.02;

/** One long epoch, with a checkpoint every 30 s; many short ones, with a checkpoint after each. */
const CADENCES = [
  { name: 'every 30 s', epochs: 1 },
  { name: 'every epoch', epochs: 10 },
];

/**
 * @typedef {object} Timed
 * @property {number} seconds Of the whole training
 * @property {number} writing Of these, in which checkpoints were written
 * @property {number} checkpoints
 * @property {number} bytes Of one
 */

/**
 * @param {string} name
 * @param {{ images: number, epochs: number, threads: number, root: string | null }} options Nothing is written without a root
 * @returns {Promise<Timed>}
 */
async function time(name, { images, epochs, threads, root }) {
  const store = root === null ? null : openObjectStore({ root });
  const timed = { seconds: 0, writing: 0, checkpoints: 0, bytes: 0 };
  let startedAt = 0;
  await fitArrays({
    ...networkOf(name),
    classes: CLASSES,
    options: { epochs, batch_size: BATCH },
    data: noiseData(images),
    threads,
    onStart() {
      startedAt = performance.now();
    },
    async onCheckpoint({ tensors, position }) {
      if (store === null) return;
      const begun = performance.now();
      const { bytes } = await writeCheckpoint(store, checkpointKey('bench', position.step, 1), tensors, position);
      timed.writing += (performance.now() - begun) / 1000;
      timed.checkpoints += 1;
      timed.bytes = bytes;
    },
  });
  timed.seconds = (performance.now() - startedAt) / 1000;
  return timed;
}

/**
 * Pairs of trainings with and without checkpoints, in turns: what comes first is different each time.
 *
 * @param {string} model @param {typeof CADENCES[number]} cadence
 * @param {{ seconds: number, pairs: number, threads: number, root: string }} options
 */
async function compare(model, { name, epochs }, { seconds, pairs, threads, root }) {
  const images = await imagesFor(model, { seconds: seconds / epochs, batchSize: BATCH, threads });
  const runs = [];
  for (let pair = 0; pair < pairs; pair++) {
    const withThem = () => time(model, { images, epochs, threads, root });
    const without = () => time(model, { images, epochs, threads, root: null });
    if (pair % 2 === 0) runs.push({ written: await withThem(), none: await without() });
    else {
      const none = await without();
      runs.push({ written: await withThem(), none });
    }
  }
  const [{ written }] = runs;
  return {
    model,
    cadence: name,
    epochs,
    images,
    checkpoints: written.checkpoints,
    checkpoint_bytes: written.bytes,
    seconds: runs.map((run) => rounded(run.written.seconds)),
    seconds_without: runs.map((run) => rounded(run.none.seconds)),
    share_writing: rounded(median(runs.map((run) => run.written.writing / run.written.seconds))),
    share_by_pairs: rounded(median(runs.map((run) => run.written.seconds / run.none.seconds - 1))),
  };
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 100_000) / 100_000;

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(3)} %`.padStart(10);

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: 'lenet5,resnet8' },
      seconds: { type: 'string', default: '70' },
      pairs: { type: 'string', default: '2' },
      threads: { type: 'string', default: String(availableParallelism()) },
      folder: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(USAGE);
  const [seconds, pairs, threads] = [values.seconds, values.pairs, values.threads].map(Number);
  const root = await mkdtemp(join(values.folder, 'trainyard-checkpoints-'));
  process.stdout.write('model      cadence      checkpoints  MiB each   writing   by pairs\n');
  try {
    const rows = [];
    for (const model of values.models.split(',')) {
      for (const cadence of CADENCES) {
        const row = await compare(model, cadence, { seconds, pairs, threads, root });
        const mebibytes = (row.checkpoint_bytes / 2 ** 20).toFixed(2).padStart(8);
        const head = `${model.padEnd(10)} ${cadence.name.padEnd(12)} ${String(row.checkpoints).padStart(11)}`;
        process.stdout.write(`${head}  ${mebibytes} ${percent(row.share_writing)} ${percent(row.share_by_pairs)}\n`);
        rows.push(row);
      }
    }
    const isWithin = rows.every(({ share_writing }) => share_writing < LIMIT);
    process.stdout.write(`\nWriting takes ${isWithin ? 'less' : 'more'} than ${100 * LIMIT} % of the time\n`);
    writeResult('checkpoints', { threads, batch_size: BATCH, limit: LIMIT, rows });
    process.exitCode = isWithin ? 0 : 1;
  } finally {
    await rm(root, { recursive: true });
  }
}

keepLargeBlocksMapped();
await main();
