// Rounds in which all take a turn, so that what the machine does meanwhile meets all of them alike.
import { setTimeout as sleep } from 'node:timers/promises';

/** Threads that wait for more work spin for some milliseconds; the next one is to have the processors to itself. */
const PAUSE_MS = 20;

/** @typedef {Record<string, number>} Round Milliseconds of a step, for each contender */

/**
 * A turn is some runs of one contender, and counts with their mean: what a run now and then costs belongs to it. Who begins
 * moves on from round to round.
 *
 * @param {Record<string, import('./trials.mjs').Ready>} contenders @param {{ rounds: number, turnMs: number }} amount
 */
export async function takeTurns(contenders, { rounds, turnMs }) {
  const names = Object.keys(contenders);
  /** @type {Round[]} */
  const all = [];
  for (let round = 0; round < rounds; round++) {
    /** @type {Round} */
    const row = {};
    for (let place = 0; place < names.length; place++) {
      const name = names[(round + place) % names.length];
      const { contender, runMs } = contenders[name];
      const times = await contender.time(Math.max(1, Math.round(turnMs / runMs)));
      row[name] = Math.round((times.reduce((sum, ms) => sum + ms, 0) / times.length) * 10_000) / 10_000;
      await sleep(PAUSE_MS);
    }
    all.push(row);
  }
  return all;
}
