// One comparison: everybody's settings are tried, then all take turns with their best.
import { ratioTo, timesOf } from './figures.mjs';
import { fastestRival, ownSetting } from './trials.mjs';
import { takeTurns } from './turns.mjs';

/** @typedef {import('./rivals.mjs').Task} Task */
/** @typedef {{ rounds: number, turnMs: number, thorough: boolean, stepsPerRun?: string }} Amount */

/**
 * @param {Task} task
 * @param {{ rivals: readonly import('./rivals.mjs').Rival[], settings: readonly string[] }} who `settings` are ours
 * @param {Amount} amount @param {(line: string) => void} say
 */
export async function compare(task, { rivals, settings }, amount, say) {
  const { model, mode, batchSize } = task;
  say(`${model.name}, ${mode}, batch ${batchSize}`);
  /** @type {Record<string, import('./trials.mjs').Ready>} */
  const contenders = {};
  /** @type {Record<string, string>} */
  const failed = {};
  try {
    contenders.ours = await ownSetting(task, settings, amount.stepsPerRun);
    say(trialLine('ours', contenders.ours));
    for (const rival of rivals) {
      try {
        contenders[rival.id] = await fastestRival(rival, task, amount.thorough);
        say(trialLine(rival.id, contenders[rival.id]));
      } catch (error) {
        failed[rival.id] = error instanceof Error ? error.message : String(error);
        say(`  ${rival.id} does not take part: ${failed[rival.id]}`);
      }
    }
    const rounds = await takeTurns(contenders, amount);
    const results = Object.entries(contenders).map(([id, { contender, setting, trials }]) => {
      const { settings: _, ...setup } = contender.setup;
      const ratio = id === 'ours' ? {} : { ratio: ratioTo(rounds, id, task) };
      return [id, { ...setup, setting, ...timesOf(rounds, id), ...ratio, trials }];
    });
    /** @type {Record<string, any>} */
    const figures = Object.fromEntries(results);
    return { model: model.name, mode, batch_size: batchSize, contenders: figures, failed, rounds };
  } finally {
    for (const { contender } of Object.values(contenders)) await contender.end();
  }
}

/** @param {string} id @param {import('./trials.mjs').Ready} ready */
function trialLine(id, { trials, setting }) {
  const shown = trials.map((trial) => `${trial.setting} ${'ms' in trial ? trial.ms.toFixed(2) : 'failed'}`);
  return `  ${id.padEnd(14)} takes ${setting}; ms in trials: ${shown.join(', ')}`;
}
