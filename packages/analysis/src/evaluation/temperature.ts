/**
 * Temperature scaling (C. Guo et al., On Calibration of Modern Neural Networks, 2017): one number, by which all logits are
 * divided so that the log loss on held-out images is least. It changes no prediction, only how sure they are.
 */
import { type LabelledPredictions, ratio } from './predictions.js';

/** The least and the greatest temperature that is tried. */
const BOUNDS = [0.01, 100] as const;
/** Enough to halve the range of log T down to the precision of a double. */
const HALVINGS = 64;
/** float32's least number: a probability below it is written as 0. */
const TINY = 1.401298464324817e-45;
/** Below this 1 − p is 0 in float32. */
const HALF_ULP = 2 ** -25;

export interface FittedTemperature {
  temperature: number;
  isAtBound: boolean;
}

/**
 * Logits are taken from the probabilities, up to a constant of the row, which softmax does not see: log p, or
 * log p − log(1 − p) for a sigmoid. The log loss is convex in 1 / T, so where its slope turns is found by halving.
 * Of no images: 1.
 */
export function fitTemperature(rows: LabelledPredictions): FittedTemperature {
  if (rows.count === 0) return { temperature: 1, isAtBound: false };
  const groups = logitGroups(rows);
  let [low, high] = BOUNDS.map((temperature) => Math.log(temperature));
  const isFalling = (logTemperature: number) => slope(groups, Math.exp(-logTemperature)) > 0;
  // As 1 / T grows the loss falls and then rises: at the best T its slope is 0.
  if (!isFalling(low)) return { temperature: BOUNDS[0], isAtBound: true };
  if (isFalling(high)) return { temperature: BOUNDS[1], isAtBound: true };
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (isFalling(middle)) low = middle;
    else high = middle;
  }
  return { temperature: Math.exp((low + high) / 2), isAtBound: false };
}

/** The probabilities at a temperature, [count, names]. */
export function scaleProbabilities(rows: LabelledPredictions, temperature: number): Float64Array {
  const { logits, width } = logitGroups(rows);
  const scaled = new Float64Array(rows.count * rows.names.length);
  const isLabels = rows.task === 'multilabel';
  for (let first = 0, group = 0; first < logits.length; first += width, group++) {
    const shares = softmax(logits, first, width, 1 / temperature);
    if (isLabels) scaled[group] = shares[1];
    else scaled.set(shares, first);
  }
  return scaled;
}

/** Choices between `width` logits each: a row of classes, or whether a label holds. */
interface LogitGroups {
  logits: Float64Array;
  width: number;
  chosen: Int32Array;
}

function logitGroups({ task, predictions, labels, names, count }: LabelledPredictions): LogitGroups {
  const size = count * names.length;
  if (task !== 'multilabel') {
    const leastOf = (place: number) => (task === 'binary' && place === 0 ? HALF_ULP : TINY);
    const logits = Float64Array.from({ length: size }, (_, i) =>
      Math.log(Math.max(predictions[i], leastOf(i % names.length))),
    );
    return { logits, width: names.length, chosen: Int32Array.from({ length: count }, (_, row) => labels[row]) };
  }
  const logits = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) {
    logits[2 * i] = Math.log(Math.max(1 - predictions[i], HALF_ULP));
    logits[2 * i + 1] = Math.log(Math.max(predictions[i], TINY));
  }
  return { logits, width: 2, chosen: Int32Array.from({ length: size }, (_, i) => (labels[i] > 0.5 ? 1 : 0)) };
}

/** d(log loss) / d(1 / T) = mean(Σ pᵢ zᵢ − z of what is so). */
function slope({ logits, width, chosen }: LogitGroups, inverse: number): number {
  let sum = 0;
  chosen.forEach((choice, group) => {
    const first = group * width;
    const shares = softmax(logits, first, width, inverse);
    let expected = 0;
    for (let i = 0; i < width; i++) expected += shares[i] * logits[first + i];
    sum += expected - logits[first + choice];
  });
  return ratio(sum, chosen.length);
}

function softmax(logits: Float64Array, first: number, width: number, factor: number): Float64Array {
  const shares = logits.slice(first, first + width);
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of shares) most = Math.max(most, logit * factor);
  let sum = 0;
  for (let i = 0; i < width; i++) {
    shares[i] = Math.exp(shares[i] * factor - most);
    sum += shares[i];
  }
  for (let i = 0; i < width; i++) shares[i] /= sum;
  return shares;
}
