// What is held against what: each round gives one ratio, and their median and its interval are judged.
import { median, medianInterval } from '../statistics.mjs';

/** @typedef {import('./turns.mjs').Round} Round */
/** @typedef {import('./contenders.mjs').Taken} Taken */

/**
 * @typedef {object} Verdict
 * @property {string} what
 * @property {number} median
 * @property {[number, number]} interval_95
 * @property {number} rounds
 * @property {number} limit
 * @property {boolean} reached Whether the median is on the right side of the limit
 * @property {number} [without_generator] The median, had the load generator's processor time been the server's to use
 *
 * @typedef {object} Question
 * @property {string} what
 * @property {(round: Round) => number} ratio
 * @property {(round: Round) => number} [withoutGenerator]
 * @property {number} limit
 * @property {'at_least' | 'at_most'} [side]
 */

const BARE_MIN = 0.85;
const HANDLER_MIN = 1.4;

/** @param {Question} question @param {readonly Round[]} rounds @returns {Verdict} */
export function judge({ what, ratio, withoutGenerator, limit, side = 'at_least' }, rounds) {
  const ratios = rounds.map(ratio);
  const middle = median(ratios);
  const reached = side === 'at_least' ? middle >= limit : middle <= limit;
  return {
    what,
    median: middle,
    interval_95: medianInterval(ratios),
    rounds: ratios.length,
    limit,
    reached,
    ...(withoutGenerator ? { without_generator: median(rounds.map(withoutGenerator)) } : {}),
  };
}

/**
 * Of throughput: images a second.
 *
 * @param {{ cores: number, beatsHandler: boolean }} options
 *   How many processors all share; whether the handler that a user would write is to be beaten
 * @returns {Question[]}
 */
export function rateQuestions({ cores, beatsHandler }) {
  /** A bare loop has the machine for itself. @param {Taken} taken */
  const credited = ({ per_s, generator_cores = 0 }) => (per_s * cores) / (cores - Math.min(generator_cores, cores / 2));
  const handler = {
    what: 'tensor_1 / handler',
    ratio: (/** @type {Round} */ round) => round.tensor_1.per_s / round.handler.per_s,
    limit: HANDLER_MIN,
  };
  return [
    {
      what: 'tensor_32 / bare_32',
      ratio: ({ tensor_32, bare_32 }) => tensor_32.per_s / bare_32.per_s,
      withoutGenerator: ({ tensor_32, bare_32 }) => credited(tensor_32) / bare_32.per_s,
      limit: BARE_MIN,
    },
    {
      what: 'tensor_1 / lower of bare_32 and echo',
      ratio: ({ tensor_1, bare_32, echo }) => tensor_1.per_s / Math.min(bare_32.per_s, echo.per_s),
      withoutGenerator: ({ tensor_1, bare_32, echo }) =>
        Math.max(credited(tensor_1) / bare_32.per_s, tensor_1.per_s / echo.per_s),
      limit: BARE_MIN,
    },
    {
      what: 'jpeg / bare_jpeg',
      ratio: ({ jpeg, bare_jpeg }) => jpeg.per_s / bare_jpeg.per_s,
      withoutGenerator: ({ jpeg, bare_jpeg }) => credited(jpeg) / bare_jpeg.per_s,
      limit: BARE_MIN,
    },
    ...(beatsHandler ? [handler] : []),
  ];
}

/** How long answers take that both are asked for at the same times. @type {Question} */
export const SAME_LOAD = {
  what: 'p99 of the handler / ours, same load',
  ratio: ({ ours, handler }) => latency(handler, 'p99') / latency(ours, 'p99'),
  limit: 1,
};

/** @param {number} delayMs That the endpoint may wait for a batch @returns {Question} */
export function halfPeak(delayMs) {
  return {
    what: 'p99 / (3 p50 + delay), half of the peak',
    ratio: ({ ours }) => latency(ours, 'p99') / (3 * latency(ours, 'p50') + delayMs),
    limit: 1,
    side: 'at_most',
  };
}

/** @param {Taken} taken @param {'p50' | 'p99'} share */
function latency({ latency_ms }, share) {
  if (!latency_ms) throw new Error('expected a turn with latencies');
  return latency_ms[share];
}
