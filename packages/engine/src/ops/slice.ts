/** Cutting a part out of a tensor, and putting zeros around one: each is the other's gradient. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, type Shape, ShapeError } from '../graph/tensor-type.js';
import { reshape } from './reshape.js';

/** For each named axis the places from `starts` to `ends` (exclusive) in `steps`. */
export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
}

/** How many zeros come before and after, for every axis. */
export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export const sliceOp: OpDefinition<SliceAttributes> = {
  type: 'Slice',
  infer([x], { starts, ends, axes, steps }) {
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      if (starts[i] < 0 || ends[i] > x.shape[axis] || ends[i] <= starts[i] || steps[i] < 1) {
        throw new ShapeError(
          'Slice',
          `a part of ${describeShape(x.shape)}`,
          `${starts[i]} to ${ends[i]} of axis ${axis}`,
        );
      }
      shape[axis] = Math.ceil((ends[i] - starts[i]) / steps[i]);
    });
    return [{ dtype: x.dtype, shape }];
  },
  /** dx = dy where the part was, zero elsewhere. */
  gradient: ({ inputs: [x], gradients: [dy], attributes }) => [dy && putBack(dy, x.shape, attributes)],
  onnx: { constants: ({ starts, ends, axes, steps }) => [starts, ends, axes, steps] },
};

export const padOp: OpDefinition<PadAttributes> = {
  type: 'Pad',
  infer: ([x], { before, after }) => [
    { dtype: x.dtype, shape: x.shape.map((side, axis) => side + before[axis] + after[axis]) },
  ],
  /** dx = dy without the border. */
  gradient({ inputs: [x], gradients: [dy], attributes: { before, after } }) {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => before[axis] + after[axis] > 0);
    const starts = axes.map((axis) => before[axis]);
    const ends = axes.map((axis) => before[axis] + x.shape[axis]);
    return [dy && slice(dy, { starts, ends, axes, steps: axes.map(() => 1) })];
  },
  onnx: { constants: ({ before, after }) => [[...before, ...after]] },
};

export function slice(x: Value, attributes: SliceAttributes): Value {
  return applyOp(sliceOp, [x], attributes);
}

export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  return [...before, ...after].every((count) => count === 0) ? x : applyOp(padOp, [x], { before, after });
}

/** A tensor of the given shape that holds the part where it was cut out, and zeros elsewhere. */
function putBack(part: Value, shape: Shape, { starts, axes, steps }: SliceAttributes): Value {
  const start = shape.map(() => 0);
  axes.forEach((axis, i) => {
    start[axis] = starts[i];
  });
  const rest = shape.map((side, axis) => side - start[axis]);
  const spread = fitEnd(insertZeros(part, axes, steps), rest);
  return pad(
    spread,
    start,
    rest.map((side, axis) => side - spread.shape[axis]),
  );
}

/** Every element followed by step − 1 zeros, along each axis. */
function insertZeros(x: Value, axes: readonly number[], steps: readonly number[]): Value {
  if (steps.every((step) => step === 1)) return x;
  const stepOf = (axis: number) => steps[axes.indexOf(axis)] ?? 1;
  const apart = reshape(
    x,
    x.shape.flatMap((side) => [side, 1]),
  );
  const zeros = x.shape.flatMap((_, axis) => [0, stepOf(axis) - 1]);
  const padded = pad(
    apart,
    zeros.map(() => 0),
    zeros,
  );
  return reshape(
    padded,
    x.shape.map((side, axis) => side * stepOf(axis)),
  );
}

/** Cuts off what lies beyond the sides, which are the zeros after the last element. */
function fitEnd(x: Value, sides: Shape): Value {
  const axes = sides.map((_, axis) => axis).filter((axis) => x.shape[axis] > sides[axis]);
  if (axes.length === 0) return x;
  return slice(x, {
    starts: axes.map(() => 0),
    ends: axes.map((axis) => sides[axis]),
    axes,
    steps: axes.map(() => 1),
  });
}
