// Trials before the turns: each contender's settings are timed, and it takes part with its fastest.
import { median } from '../statistics.mjs';
import { startOurs, startRival } from './rivals.mjs';

/** What a trial takes, about. */
const TRIAL_MS = 600;
const RUNS_MIN = 3;
const RUNS_MAX = 200;
const FIRST_RUNS = 2;

/** @typedef {import('./contender.mjs').Contender} Contender */
/** @typedef {import('./rivals.mjs').Task} Task */
/** @typedef {{ setting: string, ms: number } | { setting: string, failed: string }} Trial */
/** @typedef {{ contender: Contender, setting: string, trials: Trial[], runMs: number }} Ready `runMs`: of one run */

/** @param {Contender} contender @param {string} setting @returns {Promise<{ ms: number, runMs: number }>} */
async function timed(contender, setting) {
  await contender.time(FIRST_RUNS, setting);
  const startedAt = performance.now();
  await contender.time(FIRST_RUNS);
  const runMs = (performance.now() - startedAt) / FIRST_RUNS;
  const runs = Math.min(RUNS_MAX, Math.max(RUNS_MIN, Math.round(TRIAL_MS / runMs)));
  return { ms: rounded(median(await contender.time(runs))), runMs };
}

/**
 * What is compiled takes half a minute to try. In training it is tried with the kind of Adam that was fastest before, which is
 * outside of what is compiled; in inference PyTorch's own way is the script.
 *
 * @param {string} setting @param {{ task: Task, best: string }} tried
 */
function isWorthTrying(setting, { task, best }) {
  const [, execution, adam] = setting.split(':');
  return execution !== 'compile' || (task.mode === 'train' && adam === best.split(':')[2]);
}

/**
 * Ready to take turns with its fastest setting; `thorough` tries them all.
 *
 * @param {import('./rivals.mjs').Rival} rival @param {Task} task @param {boolean} thorough @returns {Promise<Ready>}
 */
export async function fastestRival(rival, task, thorough) {
  let contender = await startRival(rival, task);
  /** @type {Trial[]} */
  const trials = [];
  const settings = /** @type {string[]} */ (contender.setup.settings);
  let best = { setting: '', ms: Number.POSITIVE_INFINITY, runMs: 0 };
  for (const setting of settings) {
    if (!thorough && !isWorthTrying(setting, { task, best: best.setting })) continue;
    try {
      const { ms, runMs } = await timed(contender, setting);
      trials.push({ setting, ms });
      if (ms < best.ms) best = { setting, ms, runMs };
    } catch (error) {
      trials.push({ setting, failed: error instanceof Error ? error.message : String(error) });
      if (contender.hasEnded) contender = await startRival(rival, task);
    }
  }
  if (best.setting === '') {
    await contender.end();
    throw new Error(`no setting works: ${JSON.stringify(trials)}`);
  }
  await contender.time(FIRST_RUNS, best.setting);
  return { contender, setting: best.setting, trials, runMs: best.runMs };
}

/**
 * The first of `settings`, whatever the others take: it is what a user gets.
 *
 * @param {Task} task @param {readonly string[]} settings @param {string} [stepsPerRun] @returns {Promise<Ready>}
 */
export async function ownSetting(task, settings, stepsPerRun) {
  /** @type {Trial[]} */
  const trials = [];
  for (const setting of settings.slice(1)) {
    const other = await startOurs(task, setting, stepsPerRun);
    trials.push({ setting, ms: (await timed(other, setting)).ms });
    await other.end();
  }
  const contender = await startOurs(task, settings[0], stepsPerRun);
  const { ms, runMs } = await timed(contender, settings[0]);
  trials.unshift({ setting: settings[0], ms });
  return { contender, setting: settings[0], trials, runMs };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}
