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

const USAGE = `npm run bench:workers -- [--models mnist_convnet,resnet8] [--pairs 3] [--short-pairs 1]
  --pairs        rounds of long jobs in which each setting has its turn
  --short-pairs  rounds of short jobs
`;

/** In the queue of a turn; one worker of one thread has half of it. */
const JOBS = { short: 4, long: 2 };

/** Two workers of one thread each beside one of them, with long jobs. */
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

/** @param {import('./jobs.mjs').Kind} kind @param {Rates} rates */
function judge({ name: model, length }, rates) {
  const all = availableParallelism();
  const per_hour = Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, Math.round(median(rate.per_hour))]),
  );
  const best = per_hour[`${all}x1`] >= per_hour[`1x${all}`] ? `${all}x1` : `1x${all}`;
  const scaling = ratioOf(rates[`${all}x1`].per_hour, rates['1x1'].per_hour);
  const chosen = ratioOf(rates.default.per_hour, rates[best].per_hour);
  // What is asked of two workers says nothing of more of them.
  const isScaling = all !== 2 || scaling.median >= SCALING_MIN;
  const isJudged = length === 'long';
  return {
    model,
    length,
    jobs: JOBS[length],
    per_hour,
    best,
    scaling,
    default_to_best: chosen,
    reached: isJudged ? isScaling && chosen.median >= DEFAULT_MIN : null,
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
      models: { type: 'string', default: [...new Set(KINDS.map(({ name }) => name))].join(',') },
      pairs: { type: 'string', default: '3' },
      'short-pairs': { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = values.models.split(',');
  const service = await startService(shutdown);
  const isWanted = { short: values['short-pairs'] !== '0', long: values.pairs !== '0' };
  const kinds = KINDS.filter(({ name, length }) => wanted.includes(name) && isWanted[length]);
  const queues = [];
  for (const kind of kinds) {
    process.stdout.write(`preparing ${describe(kind)}\n`);
    const rates = /** @type {Rates} */ ({});
    for (const name of Object.keys(settings())) rates[name] = { per_hour: [], threads: [] };
    queues.push({ kind, body: await prepare(service, kind), rates });
  }
  const rounds = { short: Number(values['short-pairs']), long: Number(values.pairs) };
  for (let round = 0; round < Math.max(rounds.short, rounds.long); round++) {
    for (const { kind, body, rates } of queues.filter(({ kind: { length } }) => round < rounds[length])) {
      process.stdout.write(`round ${round + 1} of ${rounds[kind.length]}, ${describe(kind)}, jobs an hour:`);
      await takeTurns(service, body, JOBS[kind.length], rates, round % 2 === 1);
    }
  }
  const rows = queues.map(({ kind, rates }) => judge(kind, rates));
  process.stdout.write('\n');
  for (const row of rows) process.stdout.write(`${sentence(row)}\n`);
  writeResult('workers', { scaling_min: SCALING_MIN, default_min: DEFAULT_MIN, rows });
  return rows.every(({ reached }) => reached !== false) ? 0 : 1;
}

/** @param {import('./jobs.mjs').Kind} kind */
function describe({ name, length }) {
  return `${name}, ${length} jobs`;
}

/** @param {ReturnType<typeof judge>} row */
function sentence({ model, length, per_hour, best, scaling, default_to_best: chosen, reached }) {
  const verdict = reached === null ? 'not judged' : reached ? 'reached' : 'MISSED';
  return (
    `${model}, ${length} jobs: ${JSON.stringify(per_hour)} jobs an hour; one-thread workers ${scaling.median} [${scaling.interval}] of one ` +
    `(at least ${SCALING_MIN}), default ${chosen.median} [${chosen.interval}] of ${best} (at least ${DEFAULT_MIN}): ${verdict}`
  );
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
