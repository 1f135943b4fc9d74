// `npm run bench:step`: milliseconds of a training step, beside PyTorch's in the same minutes where it is there, and the
// time from a checked model to its first step.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';
import { STEP_MODELS } from './models.mjs';
import { findPeer, PEER_SETTINGS, startOurs, startPeer } from './rival.mjs';
import { median, medianInterval, quantile } from './statistics.mjs';

/** Runs by which the peer's settings are compared. */
const TRIAL_RUNS = 8;
const RUNS_PER_PAIR = 3;
const START_MODEL = 'resnet20';
const STARTS = 3;
const START_MS_MAX = 2000;

/** @typedef {import('./models.mjs').StepModel} StepModel */
/** @typedef {{ python: string, script: string }} Peer */
/** @typedef {import('./rival.mjs').Rival} Rival */

/** Starts the peer with the setting that is fastest for this model. @param {Peer} peer @param {StepModel} model @param {number} threads */
async function startFastest(peer, model, threads) {
  const trials = [];
  for (const setting of PEER_SETTINGS) {
    const rival = await startPeer(peer, model, threads, setting);
    trials.push({ setting, ms: rounded(median(await rival.time(TRIAL_RUNS))) });
    await rival.end();
  }
  const [{ setting }] = [...trials].sort((a, b) => a.ms - b.ms);
  return { rival: await startPeer(peer, model, threads, setting), setting: setting.join(' '), trials };
}

/** Takes turns, ours first in every other pair. @param {Rival} ours @param {Rival | null} peer @param {number} pairs */
async function takeTurns(ours, peer, pairs) {
  /** @type {{ ours: number, peer: number | null }[]} */
  const rows = [];
  const time = async (/** @type {Rival | null} */ rival) => (rival ? median(await rival.time(RUNS_PER_PAIR)) : null);
  for (let pair = 0; pair < pairs; pair++) {
    const early = pair % 2 === 1 ? await time(peer) : null;
    const own = median(await ours.time(RUNS_PER_PAIR));
    rows.push({ ours: own, peer: early ?? (await time(peer)) });
  }
  return rows;
}

/** @param {readonly number[]} times */
function figures(times) {
  return { median_ms: rounded(median(times)), p20_ms: rounded(quantile(times, 0.2)) };
}

/** @param {StepModel} model @param {Peer | null} peer @param {{ threads: number, pairs: number, stepsPerRun?: string }} options */
async function compare(model, peer, { threads, pairs, stepsPerRun }) {
  const fastest = peer ? await startFastest(peer, model, threads) : null;
  const ours = await startOurs(model.name, threads, stepsPerRun);
  const rows = await takeTurns(ours, fastest?.rival ?? null, pairs);
  await ours.end();
  await fastest?.rival.end();
  const result = {
    model: model.name,
    batch_size: model.batchSize,
    setup: ours.setup,
    ours: figures(rows.map((row) => row.ours)),
    rows,
  };
  if (!fastest) return result;
  const ratios = rows.flatMap((row) => (row.peer === null ? [] : [row.peer / row.ours]));
  const times = rows.flatMap((row) => row.peer ?? []);
  return {
    ...result,
    peer: { ...figures(times), torch: fastest.rival.setup.torch, setting: fastest.setting, trials: fastest.trials },
    /** Above 1 where ours is faster. */
    speed_ratio: { median: rounded(median(ratios)), interval_95: medianInterval(ratios).map(rounded) },
  };
}

/** @param {Awaited<ReturnType<typeof compare>>} result */
function print(result) {
  const cells = [result.model.padEnd(9), String(result.batch_size).padStart(5)];
  cells.push(result.ours.median_ms.toFixed(1).padStart(8), result.ours.p20_ms.toFixed(1).padStart(8));
  if ('peer' in result) {
    const [low, high] = result.speed_ratio.interval_95;
    cells.push(result.peer.median_ms.toFixed(1).padStart(8), result.peer.p20_ms.toFixed(1).padStart(8));
    cells.push(
      `${result.speed_ratio.median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]  ${result.peer.setting}`,
    );
  }
  process.stdout.write(`${cells.join('  ')}\n`);
}

/** Compiling and opening a session, each time in a new process. @param {number} threads */
async function timeStarts(threads) {
  const starts = [];
  for (let i = 0; i < STARTS; i++) {
    const ours = await startOurs(START_MODEL, threads);
    starts.push(Number(ours.setup.compile_ms) + Number(ours.setup.session_ms));
    await ours.end();
  }
  const isReached = median(starts) < START_MS_MAX;
  const shown = starts.map((ms) => ms.toFixed(0)).join(', ');
  const verdict = `${START_MS_MAX} wanted: ${isReached ? 'reached' : 'MISSED'}`;
  process.stdout.write(`\n${START_MODEL}, compile and session: ${shown} ms; below ${verdict}\n`);
  return { model: START_MODEL, ms: starts.map(rounded), limit_ms: START_MS_MAX, reached: isReached };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: STEP_MODELS.map(({ name }) => name).join(',') },
      pairs: { type: 'string', default: '15' },
      threads: { type: 'string', default: '2' },
      'steps-per-run': { type: 'string' },
    },
  });
  const found = findPeer();
  const peer = 'missing' in found ? null : found;
  if ('missing' in found) process.stdout.write(`Without PyTorch: ${found.missing}.\n`);
  const [threads, pairs] = [Number(values.threads), Number(values.pairs)];
  process.stdout.write(`ms a step, ${threads} threads, ${pairs} turns each; ratio: PyTorch's time over ours\n`);
  process.stdout.write('model      batch  ours p50  ours p20  peer p50  peer p20  ratio\n');
  const names = values.models.split(',');
  const results = [];
  for (const model of STEP_MODELS.filter(({ name }) => names.includes(name))) {
    const result = await compare(model, peer, { threads, pairs, stepsPerRun: values['steps-per-run'] });
    print(result);
    results.push(result);
  }
  const start = await timeStarts(threads);
  writeResult('step', { threads, lowering: 'portable', results, start });
  process.exitCode = start.reached ? 0 : 1;
}

await main();
