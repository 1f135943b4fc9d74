// What rounds come to: times, ratios, and whether these reach what was wanted.
import { median, medianInterval, quantile } from '../statistics.mjs';

/** What a rival's time over ours has to be at least: in training by network, in inference for all. */
const TRAINING_MIN = {
  torch: { course: 1.3, mnist_b: 1.3, resnet8: 1.05, resnet20: 1.05, mobilenet: 1.05, vgg11: 1.05 },
};
const PREDICTION_MIN = { torch: 1.5 };
const TENSORFLOW_MIN = 1;

/** @typedef {import('./turns.mjs').Round} Round */
/** @typedef {{ median: number, interval_95: [number, number], limit: number | null, reached: boolean | null }} Ratio */

/** @param {readonly Round[]} rounds @param {string} name */
export function timesOf(rounds, name) {
  const times = rounds.map((round) => round[name]);
  const [low, high] = [0.25, 0.75].map((share) => rounded(quantile(times, share)));
  return { median_ms: rounded(median(times)), p20_ms: rounded(quantile(times, 0.2)), quartiles_ms: [low, high] };
}

/**
 * The rival's time over ours, so that more is better for us. A bound is reached where the median is.
 *
 * @param {readonly Round[]} rounds @param {string} rival @param {import('./rivals.mjs').Task} task @returns {Ratio}
 */
export function ratioTo(rounds, rival, task) {
  const ratios = rounds.map((round) => round[rival] / round.ours);
  const [low, high] = medianInterval(ratios);
  const [middle, limit] = [median(ratios), limitOf(rival, task)];
  return {
    median: rounded(middle),
    interval_95: [rounded(low), rounded(high)],
    limit,
    reached: limit === null ? null : middle >= limit,
  };
}

/** Null where nothing is wanted: a newer PyTorch is the next goal. @param {string} rival @param {import('./rivals.mjs').Task} task */
function limitOf(rival, { mode, model }) {
  if (rival === 'tensorflow') return TENSORFLOW_MIN;
  if (rival !== 'torch') return null;
  if (mode === 'predict') return PREDICTION_MIN.torch;
  const limit = Object.entries(TRAINING_MIN.torch).find(([network]) => network === model.network);
  return limit ? limit[1] : null;
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}
