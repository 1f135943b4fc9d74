// `npm run bench:ingest`: images a second that ingest takes in, from the archive to the manifest, beside those that a bare
// loop of libvips decodes and resizes, in turns, on the same images, cores and threads.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';
import { median, medianInterval } from '../statistics.mjs';
import { bare, ours } from './passes.mjs';
import { openSet, SET_NAMES } from './sets.mjs';

/** The least part of the bare loop's rate that ingest is to reach. */
const RATIO_MIN = 0.9;
const TRIALS = 3;

/** @typedef {import('./passes.mjs').Pass} Pass */
/** @typedef {import('./passes.mjs').BareSetting} BareSetting */
/** @typedef {import('./sets.mjs').ImageSet} ImageSet */

/** @typedef {{ ours: import('./passes.mjs').Ingest, files: Pass, memory: Pass }} Row */

/** @param {Pass} pass */
const rate = ({ images, ms }) => (1000 * images) / ms;

/** How many images at once the bare loop takes at its fastest. @param {ImageSet} set @param {number} threads @param {BareSetting['from']} from */
async function fastestSetting(set, threads, from) {
  const trials = [];
  for (const lanes of [threads, 2 * threads, 4 * threads]) {
    const rates = [];
    for (let trial = 0; trial < TRIALS; trial++) rates.push(rate(await bare(set, threads, { lanes, from })));
    trials.push({ setting: { lanes, from }, rate: median(rates) });
  }
  return trials.reduce((best, trial) => (trial.rate > best.rate ? trial : best)).setting;
}

/** @param {ImageSet} set @param {{ threads: number, pairs: number }} options */
async function compare(set, { threads, pairs }) {
  const settings = [await fastestSetting(set, threads, 'files'), await fastestSetting(set, threads, 'memory')];
  /** @type {Row[]} */
  const rows = [];
  for (let pair = 0; pair < pairs; pair++) {
    const turns = [
      async () => ({ ours: await ours(set, threads) }),
      async () => ({ files: await bare(set, threads, settings[0]) }),
      async () => ({ memory: await bare(set, threads, settings[1]) }),
    ];
    // Who comes first changes from pair to pair.
    for (let turn = 0; turn < pair % turns.length; turn++) turns.push(...turns.splice(0, 1));
    /** @type {Partial<Row>} */
    const row = {};
    for (const turn of turns) Object.assign(row, await turn());
    rows.push(/** @type {Row} */ (row));
  }
  const against = (/** @type {'files' | 'memory'} */ from) => ({
    setting: settings[from === 'files' ? 0 : 1],
    images_per_s: rounded(median(rows.map((row) => rate(row[from])))),
    speed_ratio: figures(rows.map((row) => rate(row.ours) / rate(row[from]))),
    cpu_ratio: figures(rows.map((row) => row.ours.cpu_ms / row.ours.images / (row[from].cpu_ms / row[from].images))),
  });
  return {
    set: set.name,
    what: set.what,
    images: rows[0].ours.images,
    images_per_s: rounded(median(rows.map((row) => rate(row.ours)))),
    checking_ms: rounded(median(rows.map((row) => row.ours.checking_ms))),
    peak_mib: rounded(Math.max(...rows.map((row) => row.ours.peak_bytes)) / 2 ** 20),
    files: against('files'),
    memory: against('memory'),
    rows,
  };
}

/** @param {readonly number[]} ratios */
function figures(ratios) {
  return { median: rounded(median(ratios)), interval_95: medianInterval(ratios).map(rounded) };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/** @param {Awaited<ReturnType<typeof compare>>} result */
function print({ set, images_per_s, files, memory, peak_mib }) {
  const column = (/** @type {typeof files} */ { images_per_s: bareRate, speed_ratio, cpu_ratio }) => {
    const [low, high] = speed_ratio.interval_95;
    const ratio = `${speed_ratio.median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
    return `${bareRate.toFixed(0).padStart(7)}  ${ratio}  ${cpu_ratio.median.toFixed(2)}`;
  };
  const cells = [set.padEnd(7), images_per_s.toFixed(0).padStart(7), column(files), column(memory)];
  process.stdout.write(`${cells.join('   ')}   ${peak_mib.toFixed(0)} MiB\n`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      sets: { type: 'string', default: SET_NAMES.join(',') },
      pairs: { type: 'string', default: '15' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const options = { threads: Number(values.threads), pairs: Number(values.pairs) };
  process.stdout.write(
    `images/s; ${options.threads} threads of libuv, ${options.pairs} turns each; processor time as a ratio too\n`,
  );
  process.stdout.write('set        ours   bare loop on files: ratio, cpu      on memory: ratio, cpu           peak\n');
  const directory = await mkdtemp(join(tmpdir(), 'trainyard-bench-ingest-'));
  const results = [];
  try {
    for (const name of values.sets.split(',')) {
      const result = await compare(await openSet(name, directory), options);
      print(result);
      results.push(result);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  const isReached = results.every(({ files }) => files.speed_ratio.median >= RATIO_MIN);
  process.stdout.write(`\nat least ${RATIO_MIN} of the bare loop on files: ${isReached ? 'reached' : 'MISSED'}\n`);
  writeResult('ingest', { ...options, ratio_min: RATIO_MIN, reached: isReached, results });
  process.exitCode = isReached ? 0 : 1;
}

await main();
