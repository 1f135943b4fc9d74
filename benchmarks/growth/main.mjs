// `npm run bench:growth`: whether an image takes longer, and a trainer more memory, the more images a data set has.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { writeResult } from '../report.mjs';
import { median, medianInterval } from '../statistics.mjs';
import { startChild } from './children.mjs';
import { makeDataset } from './made-dataset.mjs';
import { BATCH_SIZE } from './networks.mjs';
import { watchResident } from './resident.mjs';

const USAGE = `npm run bench:growth -- [--images 1024,10240,102400,1024000] [--pairs 20] [--model mnist_convnet] [--threads N] [--folder <path>] [--no-whole]
  --images   for training, multiples of 512; an eighth as many are for validation, and for the test
  --pairs    rounds in which each size trains for a second
  --no-whole leaves out the job of each size that is trained from its start to its end
  --folder   where the data sets are written: 1 KB an image
`;

/** How much longer an image may take in the largest set than in the smallest. */
const GROWTH_MAX = 1.05;
/** What a trainer may hold more for the largest set: images that are kept in memory, and some numbers for each other one. */
const KEPT_BYTES = 64 * 2 ** 20;
const BYTES_PER_IMAGE_MAX = 64;
const TURN_MS = 1000;
const WARM_UP = 2;
/** A whole job trains at least so many images, so that its start is not all of it. */
const WHOLE_IMAGES_MIN = 20_000;

/** @typedef {import('@trainyard/contracts').TrainingTask['dataset']} TaskDataset */
/** @typedef {import('./turns-child.mjs').Turn} Turn */
/** @typedef {{ root: string, model: string, threads: number, shutdown: import('../../scripts/stack/shutdown.mjs').Shutdown }} Setting */

/** @param {readonly TaskDataset[]} datasets @param {number} rounds @param {Setting} setting @returns {Promise<Turn[][]>} By size, then by round */
async function trainInTurns(datasets, rounds, setting) {
  const { root, model, threads, shutdown } = setting;
  /** @type {import('./children.mjs').Child<Turn>[]} */
  const children = datasets.map(() => startChild('turns-child.mjs', shutdown));
  for (const [place, child] of children.entries()) {
    // The first answer comes with the first run: it is compiled, and waits.
    await child.ask({ root, model, threads, datasetId: datasets[place].id });
  }
  /** @type {Turn[][]} */
  const turns = datasets.map(() => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const places = datasets.map((_, place) => place);
    for (const place of round % 2 === 0 ? places : places.reverse()) {
      const turn = await children[place].ask(TURN_MS);
      if (round >= WARM_UP) turns[place].push(turn);
    }
    process.stdout.write(`\rround ${Math.max(0, round + 1 - WARM_UP)} of ${rounds}`);
  }
  process.stdout.write('\n');
  for (const child of children) child.end();
  return turns;
}

/** @param {TaskDataset} dataset @param {number} images @param {Setting} setting */
async function trainWhole(dataset, images, setting) {
  const { root, model, threads, shutdown } = setting;
  const epochs = Math.ceil(WHOLE_IMAGES_MIN / images);
  /** @type {import('./children.mjs').Child<import('./whole-child.mjs').Figures>} */
  const child = startChild('whole-child.mjs', shutdown);
  const resident = watchResident(child.pid);
  const figures = await child.ask({ root, model, dataset, epochs, threads, images });
  return { images, ...figures, bytes: resident.stop() };
}

/** @param {readonly number[]} sizes @param {readonly Turn[][]} turns */
function judgeTurns(sizes, turns) {
  return sizes.map((images, place) => {
    const of = (/** @type {'run_us' | 'all_us'} */ figure) => {
      const ratios = turns[place].map((turn, round) => turn[figure] / turns[0][round][figure]);
      const ratio = { median: rounded(median(ratios)), interval: medianInterval(ratios).map(rounded) };
      return { us_per_image: rounded(median(turns[place].map((turn) => turn[figure]))), to_smallest: ratio };
    };
    return { images, runs: of('run_us'), all: of('all_us') };
  });
}

/** @param {ReturnType<typeof judgeTurns>} rows */
function printTurns(rows) {
  process.stdout.write(
    "\n   images   µs an image, runs alone   to the smallest        with epochs' ends   to the smallest\n",
  );
  for (const { images, runs, all } of rows) {
    const cell = (/** @type {typeof runs} */ { us_per_image, to_smallest: { median: ratio, interval } }) =>
      `${us_per_image.toFixed(1).padStart(12)}   ${ratio.toFixed(3)} [${interval.map((end) => end.toFixed(3)).join(', ')}]`;
    process.stdout.write(`${String(images).padStart(9)}   ${cell(runs)}   ${cell(all)}\n`);
  }
}

/** @param {Awaited<ReturnType<typeof trainWhole>>} row */
function printWhole({ images, at, shuffle_s, epochs, bytes }) {
  const epoch = epochs[epochs.length - 1];
  const mebibytes = [bytes.peak, bytes.anonymous, bytes.files].map((value) =>
    String(Math.round(value / 2 ** 20)).padStart(6),
  );
  const seconds = [at.verified, at.opened - at.verified, at.first_steps, shuffle_s, epoch.duration_s].map((value) =>
    value.toFixed(2).padStart(8),
  );
  process.stdout.write(
    `${String(images).padStart(9)} ${seconds.join(' ')} ${String(Math.round(epoch.images_per_s)).padStart(9)}  ${mebibytes.join(' ')}\n`,
  );
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '1024,10240,102400,1024000' },
      pairs: { type: 'string', default: '20' },
      model: { type: 'string', default: 'mnist_convnet' },
      threads: { type: 'string', default: String(availableParallelism()) },
      folder: { type: 'string', default: tmpdir() },
      'no-whole': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const sizes = values.images.split(',').map(Number);
  if (sizes.some((size) => size % 512 !== 0)) throw new Error(`--images are multiples of 512.\n${USAGE}`);
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const root = mkdtempSync(join(values.folder, 'trainyard-growth-'));
  guard.removeDirectory(root);
  shutdown.defer(() => rmSync(root, { recursive: true, force: true }));
  const setting = { root, model: values.model, threads: Number(values.threads), shutdown };

  /** @type {TaskDataset[]} */
  const datasets = [];
  for (const size of sizes) {
    process.stdout.write(`writing ${size} images\n`);
    datasets.push(await makeDataset(root, size));
  }
  const turns = judgeTurns(sizes, await trainInTurns(datasets, Number(values.pairs), setting));
  printTurns(turns);
  /** @type {Awaited<ReturnType<typeof trainWhole>>[]} */
  const whole = [];
  if (!values['no-whole']) {
    process.stdout.write(
      '\n   images  checked   opened  1st step  shuffle    epoch  images/s  MiB: peak, own, files\n',
    );
    for (const [place, size] of sizes.entries()) {
      whole.push(await trainWhole(datasets[place], size, setting));
      printWhole(whole[place]);
    }
  }
  const growth = turns[turns.length - 1].runs.to_smallest.median;
  const [first, last] = [whole[0], whole[whole.length - 1]];
  const bytesMore = whole.length > 0 ? last.bytes.peak - first.bytes.peak : null;
  const bytesAllowed = KEPT_BYTES + BYTES_PER_IMAGE_MAX * sizes[sizes.length - 1];
  const reached = growth <= GROWTH_MAX && (bytesMore === null || bytesMore <= bytesAllowed);
  const memory =
    bytesMore === null
      ? ''
      : `; memory, last less first: ${Math.round(bytesMore / 2 ** 20)} MiB (at most ${Math.round(bytesAllowed / 2 ** 20)})`;
  process.stdout.write(
    `\ntime of an image, last to first: ${growth} (at most ${GROWTH_MAX})${memory}: ${reached ? 'reached' : 'MISSED'}\n`,
  );
  const limits = { growth_max: GROWTH_MAX, kept_bytes: KEPT_BYTES, bytes_per_image_max: BYTES_PER_IMAGE_MAX };
  writeResult('growth', {
    ...{
      model: values.model,
      batch_size: BATCH_SIZE,
      threads: setting.threads,
      rounds: Number(values.pairs),
      ...limits,
    },
    ...{ growth, bytes_more: bytesMore, reached, turns, whole },
  });
  return reached ? 0 : 1;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
