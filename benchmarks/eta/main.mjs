// `npm run bench:eta`: how far the forecast of a training's end is off while it trains.
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
import { median, quantile } from '../statistics.mjs';

const USAGE = `npm run bench:eta -- [--models lenet5,resnet8] [--epochs 5] [--seconds 60] [--repeats 3] [--threads <n>]
  --seconds  that one training takes, about
  --epochs   of each; the first one has seen no validation yet
`;

/** Parts of the time at which the forecasts are looked at. */
const SHARES = [0.1, 0.25, 0.5, 0.75];
const BATCH = 32;

/** @typedef {{ at: number, eta: number, error: number | null }} Forecast Seconds since the start, and as forecast then */

/**
 * One training with its checkpoints and its test, as jobs have them, and the forecasts in it.
 *
 * @param {string} name @param {{ images: number, epochs: number, threads: number, folder: string }} options
 */
async function watch(name, { images, epochs, threads, folder }) {
  const store = openObjectStore({ root: folder });
  /** @type {Forecast[]} */
  const forecasts = [];
  let startedAt = 0;
  const elapsed = () => (performance.now() - startedAt) / 1000;
  await fitArrays({
    ...networkOf(name),
    classes: CLASSES,
    options: { epochs, batch_size: BATCH },
    data: noiseData(images),
    threads,
    test: true,
    onStart() {
      startedAt = performance.now();
    },
    onProgress({ eta_s: eta, eta_error_s: error = null }) {
      if (eta !== null) forecasts.push({ at: elapsed(), eta, error });
    },
    async onCheckpoint({ tensors, position }) {
      await writeCheckpoint(store, checkpointKey('bench', position.step, 1), tensors, position);
    },
  });
  return { seconds: elapsed(), forecasts };
}

/** What a forecast was worth. @param {Forecast} forecast @param {number} end */
function judge({ at, eta, error }, end) {
  const left = end - at;
  return {
    relative_error: rounded((eta - left) / left),
    eta_s: rounded(eta),
    left_s: rounded(left),
    eta_error_s: error,
    is_within: error === null ? null : Math.abs(eta - left) <= error,
  };
}

/** @param {{ seconds: number, forecasts: Forecast[] }} watched */
function summarize({ seconds, forecasts }) {
  const at = SHARES.map((share) => {
    const known = forecasts.filter((forecast) => forecast.at <= share * seconds);
    return { share, ...judge(known.length > 0 ? known[known.length - 1] : forecasts[0], seconds) };
  });
  const middle = forecasts.filter((forecast) => forecast.at >= 0.1 * seconds && forecast.at <= 0.9 * seconds);
  const judged = middle.map((forecast) => judge(forecast, seconds));
  const told = judged.filter(({ is_within }) => is_within !== null);
  return {
    seconds: rounded(seconds),
    at,
    relative_error_median: rounded(median(judged.map(({ relative_error }) => Math.abs(relative_error)))),
    relative_error_p95: rounded(
      quantile(
        judged.map(({ relative_error }) => Math.abs(relative_error)),
        0.95,
      ),
    ),
    /** Of the forecasts between a tenth and nine tenths: how many came true within the error that they named. */
    within_error: told.length === 0 ? null : rounded(told.filter(({ is_within }) => is_within).length / told.length),
  };
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 10_000) / 10_000;

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`.padStart(9);

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: 'lenet5,resnet8' },
      epochs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '60' },
      repeats: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(USAGE);
  const [epochs, seconds, repeats, threads] = [values.epochs, values.seconds, values.repeats, values.threads].map(
    Number,
  );
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-eta-'));
  process.stdout.write('Error of the forecast, as a part of the time that was left, after a part of the time:\n');
  process.stdout.write(
    `model      seconds  ${SHARES.map(percent).join('  ')}     median  95th part  within its error\n`,
  );
  try {
    const rows = [];
    for (const model of values.models.split(',')) {
      const images = await imagesFor(model, { seconds: seconds / epochs, batchSize: BATCH, threads });
      for (let repeat = 0; repeat < repeats; repeat++) {
        const row = summarize(await watch(model, { images, epochs, threads, folder }));
        const cells = row.at.map(({ relative_error }) => percent(relative_error));
        const last = [
          percent(row.relative_error_median),
          percent(row.relative_error_p95),
          percent(row.within_error ?? 0),
        ];
        process.stdout.write(
          `${model.padEnd(10)} ${row.seconds.toFixed(0).padStart(7)}  ${[...cells, ...last].join('  ')}\n`,
        );
        rows.push({ model, epochs, images, ...row });
      }
    }
    writeResult('eta', { threads, batch_size: BATCH, shares: SHARES, rows });
  } finally {
    await rm(folder, { recursive: true });
  }
}

keepLargeBlocksMapped();
await main();
