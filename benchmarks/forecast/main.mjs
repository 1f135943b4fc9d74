// `npm run bench:forecast`: how far off the forecast of a job is that is then trained, by a whole service.
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { makeArchive } from '../ingest/made-archive.mjs';
import { writeResult } from '../report.mjs';
import { median } from '../statistics.mjs';
import { FORECAST_CASES } from './models.mjs';
import { startService } from './service.mjs';

const USAGE = `npm run bench:forecast -- [--models course,mnist] [--repeats 1] [--scale 1]
  --scale  how many times the images of each case; 1 is about half a minute of training on two cores
`;

const ENDS = ['succeeded', 'failed', 'cancelled'];
const MIB = 2 ** 20;

/**
 * @typedef {import('@trainyard/contracts').Forecast} Forecast
 * @typedef {import('@trainyard/contracts').Job} Job
 * @typedef {import('./models.mjs').ForecastCase} ForecastCase
 * @typedef {Awaited<ReturnType<typeof startService>>} Service
 */

/** @param {Service} service @param {ForecastCase['data']} data */
async function upload({ client, folder }, { side, images }) {
  const file = join(folder, `${side}-${images}.zip`);
  await makeArchive(file, { images, side });
  const form = { fields: {}, file, name: 'images.zip' };
  const made = /** @type {{ id: string }} */ (await client.upload('/v1/datasets', form, () => {}));
  /** @type {{ id: string, status: string, error: unknown }} */
  const dataset = await client.poll(`/v1/datasets/${made.id}`, ['ready', 'failed']);
  if (dataset.status === 'failed') throw new Error(JSON.stringify(dataset.error));
  return dataset.id;
}

/** @param {Service} service @param {object} body @returns {Promise<Forecast>} */
async function forecast({ client }, body) {
  const asked = /** @type {Forecast} */ (await client.post('/v1/forecast', body));
  return client.poll(`/v1/forecast/${asked.id}`, ['succeeded', 'failed']);
}

/** @param {Service} service @param {ForecastCase} asked @param {number} scale @param {number} seed */
async function judge(service, { name, model, training, data }, scale, seed) {
  const images = Math.round(data.images * scale);
  const dataset_id = await upload(service, { ...data, images });
  const body = { dataset_id, model, training: { ...training, seed } };
  const { figures, error } = await forecast(service, body);
  if (!figures) throw new Error(`${name}: ${JSON.stringify(error)}`);
  const { id } = /** @type {Job} */ (await service.client.post('/v1/jobs', body));
  /** @type {Job} */
  const job = await service.client.poll(`/v1/jobs/${id}`, ENDS);
  const outcome = job.forecast_outcome;
  if (!outcome || outcome.duration_s === null || outcome.memory_bytes === null) {
    throw new Error(`${name}: the job is ${job.status}: ${JSON.stringify(job.error)}`);
  }
  const isWithin = (/** @type {{ low: number, high: number }} */ { low, high }, /** @type {number} */ value) =>
    low <= value && value <= high;
  return {
    model: name,
    images,
    epochs: training.epochs,
    forecast: figures,
    actual: { duration_s: outcome.duration_s, memory_bytes: outcome.memory_bytes },
    duration_error: rounded(outcome.duration_error ?? Number.NaN),
    memory_error: rounded(outcome.memory_error ?? Number.NaN),
    duration_within: isWithin(figures.duration_s, outcome.duration_s),
    memory_within: isWithin(figures.memory_bytes, outcome.memory_bytes),
  };
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 10_000) / 10_000;

/** @param {number} share */
const percent = (share) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;

/** @param {Awaited<ReturnType<typeof judge>>} row */
function lineOf({ model, forecast: { duration_s: time, memory_bytes: memory }, actual, ...row }) {
  const seconds = [time.low, time.likely, time.high, actual.duration_s].map((value) => value.toFixed(1).padStart(6));
  const mib = [memory.likely, actual.memory_bytes].map((value) =>
    Math.round(value / MIB)
      .toString()
      .padStart(5),
  );
  const errors = [row.duration_error, row.memory_error].map((error) => percent(error).padStart(8));
  return `${model.padEnd(20)} ${seconds.join(' ')} ${errors[0]}   ${mib.join(' ')} ${errors[1]}\n`;
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: FORECAST_CASES.map(({ name }) => name).join(',') },
      repeats: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = values.models.split(',');
  const cases = FORECAST_CASES.filter(({ name }) => wanted.includes(name));
  const service = await startService(shutdown);
  process.stdout.write('model                   low likely   high actual    error   MiB likely actual    error\n');
  /** @type {Awaited<ReturnType<typeof judge>>[]} */
  const rows = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const each of cases) {
      const row = await judge(service, each, Number(values.scale), repeat);
      process.stdout.write(lineOf(row));
      rows.push(row);
    }
  }
  const medianOf = (/** @type {'duration_error' | 'memory_error'} */ error) =>
    rounded(median(rows.map((row) => Math.abs(row[error]))));
  const summary = { duration_error_median: medianOf('duration_error'), memory_error_median: medianOf('memory_error') };
  process.stdout.write(
    `Median error: ${percent(summary.duration_error_median)} of the time, ${percent(summary.memory_error_median)} of the memory\n`,
  );
  writeResult('forecast', { ...summary, rows });
  return 0;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
