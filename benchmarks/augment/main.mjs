// `npm run bench:augment`: what part of a training's speed augmentation leaves, by epochs without, with "standard" and with
// everything that take turns.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';
import { median, medianInterval } from '../statistics.mjs';
import { Contender } from '../train/contender.mjs';
import { trainModel } from '../train/models.mjs';
import { POLICIES } from './policies.mjs';

const EPOCHS = fileURLToPath(new URL('epochs.mjs', import.meta.url));
/** What "standard" has to leave. */
const SPEED_MIN = 0.85;
const NAMES = Object.keys(POLICIES);

/** Batches of an epoch: enough for one to last a second or so. @type {Record<string, number>} */
const BATCHES = { course: 24, mnist_b64: 32, resnet8: 16, resnet20: 8 };

/** @typedef {{ ms: number, cpu_ms: number }} Epoch */

/**
 * One row for each turn; who begins moves on from turn to turn.
 *
 * @param {Record<string, Contender>} rivals @param {number} pairs
 */
async function takeTurns(rivals, pairs) {
  /** @type {Record<string, Epoch>[]} */
  const rows = [];
  for (let pair = 0; pair < pairs; pair++) {
    /** @type {Record<string, Epoch>} */
    const row = {};
    for (let place = 0; place < NAMES.length; place++) {
      const name = NAMES[(pair + place) % NAMES.length];
      const [ms, cpu] = await rivals[name].time(1);
      row[name] = { ms: rounded(ms), cpu_ms: rounded(cpu) };
    }
    rows.push(row);
  }
  return rows;
}

/** The part of the speed without augmentation that is left. @param {Record<string, Epoch>[]} rows @param {string} name @param {keyof Epoch} figure */
function speedOf(rows, name, figure) {
  const ratios = rows.map((row) => row.none[figure] / row[name][figure]);
  return { median: rounded(median(ratios)), interval_95: medianInterval(ratios).map(rounded) };
}

/** @param {import('../train/models.mjs').TrainModel} model @param {{ threads: number, pairs: number }} options */
async function compare({ name: model, batchSize }, { threads, pairs }) {
  const batches = BATCHES[model];
  /** @type {Record<string, Contender>} */
  const rivals = {};
  for (const name of NAMES) {
    rivals[name] = await Contender.start(process.execPath, [EPOCHS, model, name, String(threads), String(batches)]);
  }
  const rows = await takeTurns(rivals, pairs);
  for (const rival of Object.values(rivals)) await rival.end();
  const perSecond = (/** @type {string} */ name) =>
    rounded((1000 * batches * batchSize) / median(rows.map((row) => row[name].ms)));
  return {
    model,
    batch_size: batchSize,
    images_per_s: Object.fromEntries(NAMES.map((name) => [name, perSecond(name)])),
    /** Images a second over those without augmentation: 1 where it costs nothing. */
    speed: { standard: speedOf(rows, 'standard', 'ms'), everything: speedOf(rows, 'everything', 'ms') },
    /** The same by the time of the processor, which other work on the machine does not change. */
    speed_by_cpu: { standard: speedOf(rows, 'standard', 'cpu_ms'), everything: speedOf(rows, 'everything', 'cpu_ms') },
    rows,
  };
}

/** @param {Awaited<ReturnType<typeof compare>>} result */
function print({ model, batch_size, images_per_s, speed, speed_by_cpu }) {
  const cells = [model.padEnd(9), String(batch_size).padStart(5), images_per_s.none.toFixed(0).padStart(9)];
  for (const name of /** @type {const} */ (['standard', 'everything'])) {
    const [low, high] = speed[name].interval_95;
    cells.push(`${speed[name].median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
    cells.push(speed_by_cpu[name].median.toFixed(3));
  }
  process.stdout.write(`${cells.join('  ')}\n`);
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: Object.keys(BATCHES).join(',') },
      pairs: { type: 'string', default: '18' },
      threads: { type: 'string', default: '2' },
    },
  });
  const [threads, pairs] = [Number(values.threads), Number(values.pairs)];
  process.stdout.write(`Speed with augmentation over that without, ${threads} threads, ${pairs} turns each\n`);
  process.stdout.write('model      batch  images/s  standard              by CPU  everything            by CPU\n');
  const names = values.models.split(',');
  const results = [];
  for (const model of names.map((name) => trainModel(name))) {
    const result = await compare(model, { threads, pairs });
    print(result);
    results.push(result);
  }
  const slow = results.filter(({ speed }) => speed.standard.median < SPEED_MIN).map(({ model }) => model);
  const verdict = slow.length === 0 ? 'reached' : `MISSED by ${slow.join(', ')}`;
  process.stdout.write(`\n"standard" leaves at least ${SPEED_MIN} of the speed: ${verdict}\n`);
  writeResult('augment', { threads, speed_min: SPEED_MIN, reached: slow.length === 0, results });
  process.exitCode = slow.length === 0 ? 0 : 1;
}

await main();
