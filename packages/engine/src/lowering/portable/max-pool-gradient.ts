/**
 * MaxPoolGradient. A window that is the whole image: dY goes to the place that ArgMax reports. Windows that tile the
 * input: each phase (place within the window) is compared with the maximum and the first that equals it takes dY.
 * Windows that overlap, are padded or have very many places: dY is scattered to the places that MaxPool itself reports.
 */
import type { Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { argMax } from '../../ops/arg-max.js';
import { concat } from '../../ops/concat.js';
import { scalarLike } from '../../ops/elementwise.js';
import { equal } from '../../ops/equal.js';
import { expand } from '../../ops/expand.js';
import { and, not, or } from '../../ops/logic.js';
import { maxPoolWithIndicesOp } from '../../ops/max-pool.js';
import { reshape } from '../../ops/reshape.js';
import { scatterAdd } from '../../ops/scatter-add.js';
import { pad, slice } from '../../ops/slice.js';
import { where } from '../../ops/where.js';
import { tiles, type Window } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';

/** Each phase is some nodes of the graph, and onnxruntime takes its time over thousands of them. */
const MOST_PHASES = 64;
/** The numbers of the pixels are a constant of the graph. */
const MOST_PIXELS = 65_536;

export const lowerMaxPoolGradient: LoweringRule = ([x, y, dy], node) => {
  const window = attributesOf<Window>(node);
  if (isWholeImage(window, x) && x.shape[2] * x.shape[3] <= MOST_PIXELS) return [byPlace(x, dy)];
  const phases = window.kernel_shape[0] * window.kernel_shape[1];
  return [tiles(window) && phases <= MOST_PHASES ? byPhases(x, y, dy, window.kernel_shape) : byIndices(x, dy, window)];
};

function isWholeImage({ kernel_shape, pads }: Window, { shape }: Value): boolean {
  return kernel_shape[0] === shape[2] && kernel_shape[1] === shape[3] && pads.every((p) => p === 0);
}

function byPlace(x: Value, dy: Value): Value {
  const [batch, channels, height, width] = x.shape;
  const pixels = height * width;
  const places = x.graph.constant(
    'int64',
    [pixels],
    BigInt64Array.from({ length: pixels }, (_, place) => BigInt(place)),
  );
  const first = argMax(reshape(x, [batch, channels, pixels]), 2);
  const isFirst = equal(places, reshape(first, [batch, channels, 1]));
  return reshape(where(isFirst, reshape(dy, [batch, channels, 1]), scalarLike(dy, 0)), x.shape);
}

function byPhases(x: Value, y: Value, dy: Value, [kernelHeight, kernelWidth]: readonly [number, number]): Value {
  const [batch, channels, height, width] = y.shape;
  const zero = scalarLike(dy, 0);
  let taken: Value | null = null;
  const rows: Value[] = [];
  for (let row = 0; row < kernelHeight; row++) {
    const phases: Value[] = [];
    for (let column = 0; column < kernelWidth; column++) {
      const pixels = phase(x, [row, column], [height, width], [kernelHeight, kernelWidth]);
      const isMaximum = equal(pixels, y);
      const first: Value = taken ? and(isMaximum, not(taken)) : isMaximum;
      taken = taken ? or(taken, isMaximum) : isMaximum;
      phases.push(reshape(where(first, dy, zero), [batch, channels, height, width, 1]));
    }
    rows.push(reshape(concat(phases, 4), [batch, channels, height, 1, width * kernelWidth]));
  }
  const tiled = reshape(concat(rows, 3), [batch, channels, height * kernelHeight, width * kernelWidth]);
  return pad(tiled, [0, 0, 0, 0], [0, 0, x.shape[2] - tiled.shape[2], x.shape[3] - tiled.shape[3]]);
}

/** The pixels of X at one place of every window: [N, C, OH, OW]. */
function phase(x: Value, starts: [number, number], outputs: [number, number], steps: [number, number]): Value {
  const ends = [0, 1].map((axis) => starts[axis] + steps[axis] * (outputs[axis] - 1) + 1);
  return slice(x, { starts, ends, axes: [2, 3], steps });
}

function byIndices(x: Value, dy: Value, window: Window): Value {
  const [, indices] = x.graph.apply(maxPoolWithIndicesOp, [x], window);
  const zeros = expand(scalarLike(dy, 0), [sizeOf(x.shape)]);
  const count = [sizeOf(dy.shape)];
  return reshape(scatterAdd(zeros, reshape(indices, count), reshape(dy, count)), x.shape);
}
