/** Shapes of operators that move, repeat, pick or split elements. */
import { broadcastShapes, type Shape, sizeOf } from '../../../graph/tensor-type.js';
import { BATCH } from '../../node-reader.js';
import { UnsupportedNode } from '../../operator.js';
import { type KeptCall, requireDType, type ShapeRule } from '../call.js';
import { integersAt } from './elementwise.js';

/** A shape made of the first input's elements, whose images still lie one behind the other. */
const moved =
  (sides: (call: KeptCall, input: Shape) => Shape): ShapeRule =>
  (call) => {
    const { dtype, shape } = call.input(0);
    const after = sides(call, shape);
    if (sizeOf(after) !== sizeOf(shape)) {
      throw new UnsupportedNode(`${call.describe(shape)} does not fit into ${call.describe(after)}`);
    }
    call.requireSameImages(shape, after);
    return [{ dtype, shape: after }];
  };

const reshape = moved((call, input) => {
  const keepsZero = call.number('allowzero', 0) === 0;
  const given = integersAt(call, 1, 'shape') ?? [];
  const sides = given.map((side, i) => (side === 0 && keepsZero ? (input[i] ?? 0) : side));
  return filled(call, sides, sizeOf(input));
});

/** With the sides that are left open: the images (`BATCH`), and one that takes the rest (-1). */
function filled(call: KeptCall, sides: readonly number[], total: number): number[] {
  const known = sides.map((side) => (side === BATCH ? call.images : side));
  const rest = total / sizeOf(known.filter((side) => side !== -1));
  return known.map((side) => (side === -1 ? rest : side));
}

const squeeze = moved((call, input) => {
  const axes = integersAt(call, 1, 'axes')?.map((axis) => call.axis(axis, input.length));
  return input.filter((side, axis) => (axes ? !axes.includes(axis) : side !== 1));
});

const unsqueeze = moved((call, input) => {
  const given = integersAt(call, 1, 'axes') ?? [];
  const rank = input.length + given.length;
  const axes = given.map((axis) => call.axis(axis, rank));
  const sides = [...input];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sides.shift() ?? 1)));
});

const flatten = moved((call, input) => {
  const axis = call.number('axis', 1);
  const at = axis < 0 ? axis + input.length : axis;
  return [sizeOf(input.slice(0, at)), sizeOf(input.slice(at))];
});

const transpose: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const perm = call.numbers('perm', [...shape.keys()].reverse());
  return [{ dtype, shape: perm.map((axis) => shape[call.axis(axis, shape.length)]) }];
};

/** Sizes and the like may be joined along their only axis. */
const concat: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = shape.length === 1 ? 0 : call.ownAxis(call.number('axis', 1), shape);
  for (const input of call.inputs) {
    const fits = input.shape.length === shape.length && input.shape.every((side, i) => i === axis || side === shape[i]);
    if (fits) continue;
    const shapes = `${call.describe(shape)} and ${call.describe(input.shape)}`;
    throw new UnsupportedNode(`it joins ${shapes} along axis ${axis}; was the file written for a fixed batch?`);
  }
  const joined = call.inputs.reduce((sum, input) => sum + input.shape[axis], 0);
  return [{ dtype, shape: shape.map((side, i) => (i === axis ? joined : side)) }];
};

const split: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.ownAxis(call.number('axis', 0), shape);
  const equal = Math.ceil(shape[axis] / call.outputs);
  const last = shape[axis] - equal * (call.outputs - 1);
  const sizes = call.has(1)
    ? call.values(1)
    : Array.from({ length: call.outputs }, (_, i) => (i < call.outputs - 1 ? equal : last));
  return sizes.map((size) => ({ dtype, shape: shape.map((side, i) => (i === axis ? size : side)) }));
};

const slice: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const starts = call.values(1);
  const ends = call.values(2);
  const axes = call.has(3) ? call.values(3) : [...starts.keys()];
  const steps = call.has(4) ? call.values(4) : starts.map(() => 1);
  const after = [...shape];
  axes.forEach((given, i) => {
    const axis = call.ownAxis(given, shape);
    after[axis] = sliceSize(shape[axis], { start: starts[i], end: ends[i], step: steps[i] });
  });
  return [{ dtype, shape: after }];
};

/** As NumPy counts the elements of `start:end:step`. */
function sliceSize(side: number, { start, end, step }: { start: number; end: number; step: number }): number {
  const [low, high] = step > 0 ? [0, side] : [-1, side - 1];
  const within = (place: number) => Math.max(low, Math.min(high, place < 0 ? place + side : place));
  return Math.max(0, Math.ceil((within(end) - within(start)) / step));
}

const pad: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const pads = integersAt(call, 1, 'pads') ?? [];
  const axes = call.has(3) ? call.values(3).map((axis) => call.axis(axis, shape.length)) : [...shape.keys()];
  const after = [...shape];
  axes.forEach((axis, i) => {
    const more = pads[i] + pads[i + axes.length];
    if (more !== 0) call.ownAxis(axis, shape);
    after[axis] += more;
  });
  return [{ dtype, shape: after }];
};

const expand: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const sides = call.values(1).map((side) => (side === BATCH ? call.images : side));
  return [{ dtype, shape: broadcastShapes('Expand', shape, sides) }];
};

const tile: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const times = call.values(1);
  times.forEach((count, axis) => {
    if (count !== 1) call.ownAxis(axis, shape);
  });
  return [{ dtype, shape: shape.map((side, axis) => side * times[axis]) }];
};

const gather: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.ownAxis(call.number('axis', 0), shape);
  return [{ dtype, shape: [...shape.slice(0, axis), ...call.input(1).shape, ...shape.slice(axis + 1)] }];
};

const gatherElements: ShapeRule = (call) => {
  call.ownAxis(call.number('axis', 0), call.input(0).shape);
  return [{ dtype: call.input(0).dtype, shape: call.input(1).shape }];
};

/** Channels into blocks of pixels, or blocks into channels. */
const blocks =
  (change: (side: number, block: number, axis: number) => number): ShapeRule =>
  (call) => {
    const { dtype, shape } = call.input(0);
    const block = call.number('blocksize', 1);
    return [{ dtype, shape: shape.map((side, axis) => change(side, block, axis)) }];
  };

const depthToSpace = blocks((side, block, axis) => [side, side / block ** 2][axis] ?? side * block);
const spaceToDepth = blocks((side, block, axis) => [side, side * block ** 2][axis] ?? side / block);

const shapeOf: ShapeRule = (call) => {
  const rank = call.input(0).shape.length;
  const within = (place: number) => Math.max(0, Math.min(rank, place < 0 ? place + rank : place));
  const sides = within(call.number('end', rank)) - within(call.number('start', 0));
  return [{ dtype: 'int64', shape: [Math.max(0, sides)] }];
};

const constantOfShape: ShapeRule = (call) => {
  const shape = call.values(0).map((side) => (side === BATCH ? call.images : side));
  return [{ dtype: requireDType(call.tensorType('value') ?? 1), shape }];
};

const range: ShapeRule = (call) => {
  const [[start], [end], [step]] = [call.values(0), call.values(1), call.values(2)];
  return [{ dtype: call.input(0).dtype, shape: [Math.max(0, Math.ceil((end - start) / step))] }];
};

export const moveRules: Readonly<Record<string, ShapeRule>> = {
  Concat: concat,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  GatherElements: gatherElements,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Shape: shapeOf,
  Size: () => [{ dtype: 'int64', shape: [] }],
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
