// `npm run bench:workers`: how many jobs an hour come of one worker with all threads, one of one thread for each processor,
// and the default.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { writeResult } from '../report.mjs';
import { median, medianInterval } from '../statistics.mjs';
import { KINDS, trainQueue, upload } from './jobs.mjs';
import { startService } from './service.mjs';

const USAGE = `npm run bench:workers -- [--models mnist_convnet,resnet8] [--pairs 8] [--jobs 4]
  --pairs  rounds in which each setting has its turn
  --jobs   in the queue of a turn, of which one worker of one thread has half
`;

/** Two workers of one thread each beside one of them. */
const SCALING_MIN = 1.7;
/** The default beside the better of one thread for each job and all threads for one. */
const DEFAULT_MIN = 0.95;
const HOUR_S = 3600;

/** Workers by their environments. */
function settings() {
  const all = availableParallelism();
  const single = { TRAINYARD_THREADS: '1' };
  return {
    '1x1': [single],
    [`${all}x1`]: Array(all).fill(single),
    [`1x${all}`]: [{ TRAINYARD_THREADS: String(all), TRAINYARD_JOBS_MAX: '1' }],
    default: [{}],
  };
}

/** @typedef {import('./service.mjs').Service} Service */
/** @typedef {Record<string, { per_hour: number[], threads: number[][] }>} Rates By setting, in order of the rounds */

/**
 * One queue with each setting.
 *
 * @param {Service} service @param {object} body @param {number} jobs @param {Rates} rates @param {boolean} isReversed
 */
async function takeTurns(service, body, jobs, rates, isReversed) {
  const turns = Object.entries(settings());
  for (const [name, environments] of isReversed ? turns.reverse() : turns) {
    const workers = await service.startWorkers(environments);
    const count = name === '1x1' ? Math.ceil(jobs / 2) : jobs;
    const { seconds, threads } = await trainQueue(service, workers, body, count).finally(workers.stop);
    rates[name].per_hour.push((HOUR_S * count) / seconds);
    rates[name].threads.push(threads);
    process.stdout.write(`  ${name} ${Math.round((HOUR_S * count) / seconds)} (threads ${threads.join(' ')})`);
  }
  process.stdout.write('\n');
}

/** @param {readonly number[]} over @param {readonly number[]} under */
function ratioOf(over, under) {
  const ratios = over.map((rate, round) => rate / under[round]);
  return { median: rounded(median(ratios)), interval: medianInterval(ratios).map(rounded) };
}

/** @param {string} model @param {Rates} rates */
function judge(model, rates) {
  const all = availableParallelism();
  const per_hour = Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, Math.round(median(rate.per_hour))]),
  );
  const best = per_hour[`${all}x1`] >= per_hour[`1x${all}`] ? `${all}x1` : `1x${all}`;
  const scaling = ratioOf(rates[`${all}x1`].per_hour, rates['1x1'].per_hour);
  const chosen = ratioOf(rates.default.per_hour, rates[best].per_hour);
  // What is asked of two workers says nothing of more of them.
  const isScaling = all !== 2 || scaling.median >= SCALING_MIN;
  return {
    model,
    per_hour,
    best,
    scaling,
    default_to_best: chosen,
    reached: isScaling && chosen.median >= DEFAULT_MIN,
    rates,
  };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/** @param {Service} service @param {import('./jobs.mjs').Kind} kind @returns {Promise<object>} The body of a job */
async function prepare(service, kind) {
  const reader = await service.startWorkers([{}]);
  const dataset_id = await upload(service, kind).finally(reader.stop);
  const body = { dataset_id, model: kind.model, training: kind.training };
  // What is chosen by measurement, once for each number of threads, is chosen here.
  for (const threads of new Set([1, availableParallelism()])) {
    const workers = await service.startWorkers([{ TRAINYARD_THREADS: String(threads), TRAINYARD_JOBS_MAX: '1' }]);
    await trainQueue(service, workers, body, 1).finally(workers.stop);
  }
  return body;
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: KINDS.map(({ name }) => name).join(',') },
      pairs: { type: 'string', default: '8' },
      jobs: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = values.models.split(',');
  const service = await startService(shutdown);
  const kinds = KINDS.filter(({ name }) => wanted.includes(name));
  const queues = [];
  for (const kind of kinds) {
    process.stdout.write(`preparing ${kind.name}\n`);
    const rates = /** @type {Rates} */ ({});
    for (const name of Object.keys(settings())) rates[name] = { per_hour: [], threads: [] };
    queues.push({ kind, body: await prepare(service, kind), rates });
  }
  const rounds = Number(values.pairs);
  for (let round = 0; round < rounds; round++) {
    for (const { kind, body, rates } of queues) {
      process.stdout.write(`round ${round + 1} of ${rounds}, ${kind.name}, jobs an hour:`);
      await takeTurns(service, body, Number(values.jobs), rates, round % 2 === 1);
    }
  }
  const rows = queues.map(({ kind, rates }) => judge(kind.name, rates));
  process.stdout.write('\n');
  for (const { model, per_hour, best, scaling, default_to_best: chosen, reached } of rows) {
    process.stdout.write(
      `${model}: ${JSON.stringify(per_hour)} jobs an hour; one-thread workers ${scaling.median} [${scaling.interval}] of one (at least ${SCALING_MIN}), ` +
        `default ${chosen.median} [${chosen.interval}] of ${best} (at least ${DEFAULT_MIN}): ${reached ? 'reached' : 'MISSED'}\n`,
    );
  }
  writeResult('workers', { jobs: Number(values.jobs), scaling_min: SCALING_MIN, default_min: DEFAULT_MIN, rows });
  return rows.every(({ reached }) => reached) ? 0 : 1;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
