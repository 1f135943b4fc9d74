/** The kernels of one parameter in a Parzen estimator: one for each observation, the last one for what is known before. */
import { normalFrom, placeFrom, type Random } from '../random.js';
import { type Choice, type Parameter, placeOf, type Range } from '../space/parameter.js';
import { lineOf, placeOnLine, valueAt } from '../space/scale.js';
import { normalDensity, normalMass } from './normal.js';

export interface Kernels {
  /** Draws a value from the kernel of an observation. */
  sample(kernel: number, random: Random): unknown;
  /** The logarithm of a kernel's density at a value, or its probability where there are steps. */
  logDensity(kernel: number, value: unknown): number;
}

export function kernelsOf(parameter: Parameter, observed: readonly unknown[]): Kernels {
  return parameter.kind === 'choice'
    ? choiceKernels(parameter, observed)
    : rangeKernels(parameter, observed.map(Number));
}

/** Each kernel has its observed value once more than every value has a share of the one observation known before. */
function choiceKernels(choice: Choice, observed: readonly unknown[]): Kernels {
  const places = observed.map((value) => placeOf(choice, value));
  const share = 1 / (places.length + 1);
  const total = (kernel: number) => choice.values.length * share + (kernel < places.length ? 1 : 0);
  const weight = (kernel: number, place: number) => (share + (places[kernel] === place ? 1 : 0)) / total(kernel);
  return {
    sample: (kernel, random) =>
      choice.values[
        placeFrom(
          random,
          choice.values.map((_, place) => weight(kernel, place)),
        )
      ],
    logDensity: (kernel, value) => Math.log(weight(kernel, placeOf(choice, value))),
  };
}

/**
 * Normal distributions on the line of the range, cut off at its ends. One is as wide as the distance to its farther
 * neighbour (Bergstra et al., 2011), but not narrower than a part of the line that shrinks as observations come in.
 */
function rangeKernels(range: Range, observed: readonly number[]): Kernels {
  const { from, to } = lineOf(range);
  const places = observed.map((value) => placeOnLine(range, value));
  const means = [...places, (from + to) / 2];
  const widths = [...widthsOf(places, from, to), to - from];
  const cut = means.map((mean, k) => normalMass((from - mean) / widths[k], (to - mean) / widths[k]));
  const half = (range.step ?? 0) / 2;
  const at = (value: number) => placeOnLine(range, value);
  return {
    sample(kernel, random) {
      // A mean lies between the ends and no width is more than the line, so that a third of the draws does at least.
      for (;;) {
        const place = means[kernel] + widths[kernel] * normalFrom(random);
        if (place >= from && place <= to) return valueAt(range, place);
      }
    },
    logDensity(kernel, value) {
      const [mean, width] = [means[kernel], widths[kernel]];
      const x = Number(value);
      if (range.step === null) {
        return Math.log(normalDensity((at(x) - mean) / width) / width / cut[kernel]);
      }
      return Math.log(normalMass((at(x - half) - mean) / width, (at(x + half) - mean) / width) / cut[kernel]);
    },
  };
}

function widthsOf(places: readonly number[], from: number, to: number): number[] {
  const order = places.map((_, k) => k).sort((a, b) => places[a] - places[b]);
  const line = [from, ...order.map((k) => places[k]), to];
  const least = (to - from) / Math.min(100, 2 + places.length);
  const widths = new Array<number>(places.length);
  order.forEach((k, rank) => {
    const [before, after] = [line[rank + 1] - line[rank], line[rank + 2] - line[rank + 1]];
    // The outermost ones look at their neighbours alone, not at the ends.
    const isAlone = places.length === 1;
    const width =
      isAlone || (rank > 0 && rank < places.length - 1) ? Math.max(before, after) : rank === 0 ? after : before;
    widths[k] = Math.min(Math.max(width, least), to - from);
  });
  return widths;
}
