/** What is counted of the tensors that a look into the network gives: moments, shares of values that do nothing, histograms. */
import { ACTIVATION_BIN_EDGES, GRADIENT_BIN_EDGES, type ProbeLayer } from '@trainyard/contracts';

export interface Moments {
  readonly mean: number | null;
  readonly std: number | null;
  /** Euclidean norm. */
  readonly norm: number | null;
}

/** Of all values; null where any is not finite. */
export function momentsOf(values: Float32Array): Moments {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    sum += value;
    squares += value * value;
  }
  if (!Number.isFinite(squares)) return { mean: null, std: null, norm: null };
  const mean = sum / values.length;
  const variance = Math.max(0, squares / values.length - mean * mean);
  return { mean: short(mean), std: short(Math.sqrt(variance)), norm: short(Math.sqrt(squares)) };
}

/** Rows are read by people and plotted: six digits tell them all. */
export function short(value: number): number {
  return Number(value.toPrecision(6));
}

/** Values in each bin of ACTIVATION_BIN_EDGES, the first and the last bin open; what is no number is in none. */
export function activationHistogram(values: Float32Array): number[] {
  return histogram(values, ACTIVATION_BINS);
}

/** The same for GRADIENT_BIN_EDGES. */
export function gradientHistogram(values: Float32Array): number[] {
  return histogram(values, GRADIENT_BINS);
}

/** Half of the edges, those above 0: bins are found by the size of a number and mirrored by its sign. */
interface Bins {
  readonly sizes: Float64Array;
  /** How many edges are no larger than the least number with these leading bits (without the sign's). */
  readonly below: Uint8Array;
}

/** Exponent and leading fraction of a float32: narrower than a bin, so that at most one edge lies in between. */
const KEY_SHIFT = 15;
const SIGN = 0x80000000;
const INFINITY_BITS = 0x7f800000;

const ACTIVATION_BINS = binsOf(ACTIVATION_BIN_EDGES);
const GRADIENT_BINS = binsOf(GRADIENT_BIN_EDGES);

function binsOf(edges: readonly number[]): Bins {
  const sizes = Float64Array.from(edges.filter((edge) => edge > 0));
  const leasts = new Float32Array(
    Uint32Array.from({ length: SIGN >>> KEY_SHIFT }, (_, key) => key << KEY_SHIFT).buffer,
  );
  const below = new Uint8Array(leasts.length);
  let edge = 0;
  for (let key = 0; key < below.length; key++) {
    while (edge < sizes.length && sizes[edge] <= leasts[key]) edge++;
    below[key] = edge;
  }
  return { sizes, below };
}

function histogram(values: Float32Array, { sizes, below }: Bins): number[] {
  const counts = Array<number>(2 * sizes.length + 1).fill(0);
  const middle = sizes.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const size = bits[i] & ~SIGN;
    if (size > INFINITY_BITS) continue;
    let above = below[size >>> KEY_SHIFT];
    if (above < middle && Math.abs(values[i]) >= sizes[above]) above++;
    counts[bits[i] >>> 31 === 1 ? middle - above : middle + above]++;
  }
  return counts;
}

export interface Activation {
  readonly type: string;
  readonly alpha?: number;
}

/** How near to its end a value of an activation counts as saturated, as a part of the range. */
const NEAR_END = 0.02;

/** Least and largest value of activations that flatten out; an end that only cuts off at 0 is told by `dead_share`. */
const ENDS: Readonly<Record<string, (activation: Activation) => readonly [number | null, number | null]>> = {
  sigmoid: () => [NEAR_END, 1 - NEAR_END],
  hard_sigmoid: () => [NEAR_END, 1 - NEAR_END],
  tanh: () => [2 * NEAR_END - 1, 1 - 2 * NEAR_END],
  relu6: () => [null, 6 * (1 - NEAR_END)],
  elu: ({ alpha = 1 }) => [-alpha * (1 - NEAR_END), null],
  selu: () => [-1.7580993 * (1 - NEAR_END), null],
};

const CUTS_OFF_AT_ZERO = new Set(['relu', 'relu6']);

/**
 * @param values float32 [N, C, H, W] or [N, units] of one layer, with its activation applied
 * @param isLast whether it is the model's output, whose values are meant to be at their ends
 */
export function idleShares(
  values: Float32Array,
  shape: readonly number[],
  activation: Activation | null,
  isLast: boolean,
): Pick<ProbeLayer, 'zero_share' | 'saturated_share' | 'dead_share'> {
  const ends = activation && !isLast ? ENDS[activation.type]?.(activation) : undefined;
  return {
    zero_share: zeroShare(values),
    saturated_share: ends
      ? share(values, (value) => (ends[0] !== null && value <= ends[0]) || (ends[1] !== null && value >= ends[1]))
      : null,
    dead_share: activation && CUTS_OFF_AT_ZERO.has(activation.type) && !isLast ? deadShare(values, shape) : null,
  };
}

function zeroShare(values: Float32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) count++;
  return short(count / values.length);
}

function share(values: Float32Array, holds: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (holds(values[i])) count++;
  return short(count / values.length);
}

/** The share of units (channels of an image) that are 0 for every image and at every place. */
function deadShare(values: Float32Array, [images, units, ...sides]: readonly number[]): number {
  const places = sides.reduce((product, side) => product * side, 1);
  const lives = new Uint8Array(units);
  for (let image = 0; image < images; image++) {
    for (let unit = 0; unit < units; unit++) {
      if (lives[unit] === 1) continue;
      const start = (image * units + unit) * places;
      for (let i = start; i < start + places; i++) {
        if (values[i] !== 0) {
          lives[unit] = 1;
          break;
        }
      }
    }
  }
  return short(lives.reduce((dead, alive) => dead + 1 - alive, 0) / units);
}
