/** Operators that move elements and change none. The batch stays the first axis of every value. */

import { type Shape, sizeOf } from '../../graph/tensor-type.js';
import { concat as concatOf } from '../../ops/concat.js';
import { reshape as reshapeOf } from '../../ops/reshape.js';
import { pad as padOf, slice as sliceOf } from '../../ops/slice.js';
import { transpose as transposeOf } from '../../ops/transpose.js';
import { axisOf, type NodeReader } from '../node-reader.js';
import { type BackboneOperator, UnsupportedNode } from '../operator.js';

/** To sizes whose first, 0, keeps the batch. */
const reshaping = (sizes: (node: NodeReader, input: Shape) => readonly number[]): BackboneOperator => ({
  read(node) {
    const x = node.value(0);
    return { inputs: [x], attributes: { shape: [0, ...sizes(node, node.shape(x))] } };
  },
  apply: ([x], attributes) => reshapeOf(x, [x.shape[0], ...attributes.numbers('shape').slice(1)]),
});

/** Flattens what follows the batch, of any size. */
export const flatten: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    if (axisOf(node.number('axis', 1), node.shape(x).length + 1) !== 1) {
      throw new UnsupportedNode('it mixes images; expected axis 1');
    }
    return { inputs: [x] };
  },
  apply: ([x]) => reshapeOf(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
};

export const reshape: BackboneOperator = {
  ...reshaping((node, input) => {
    const [first, ...rest] = node.integersOrAttribute(1, 'shape') ?? [];
    if (node.number('allowzero', 0) !== 0 && [first, ...rest].includes(0)) {
      throw new UnsupportedNode('it makes an axis of no elements');
    }
    const kept = rest.map((side, i) => (side === 0 ? input[i + 1] : side));
    const total = sizeOf(input.slice(1));
    const known = kept.filter((side) => side !== -1);
    const keepsBatch = first === 0 || node.isBatch(first) || (first === -1 && sizeOf(known) === total);
    if (!keepsBatch || kept.length - known.length > 1 || known.some((side) => !(side > 0))) {
      throw new UnsupportedNode(
        `it mixes images: expected the batch as the first size; received [${[first, ...rest]}]`,
      );
    }
    return kept.map((side) => (side === -1 ? total / sizeOf(known) : side));
  }),
};

export const squeeze: BackboneOperator = reshaping((node, input) => {
  const given = node.integersOrAttribute(1, 'axes');
  const axes = given?.map((axis) => axisOf(axis, input.length));
  if (axes?.includes(0)) throw new UnsupportedNode('it drops the batch');
  return input.slice(1).filter((side, i) => (axes ? !axes.includes(i + 1) : side !== 1));
});

export const unsqueeze: BackboneOperator = reshaping((node, input) => {
  const given = node.integersOrAttribute(1, 'axes') ?? [];
  const rank = input.length + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  if (axes.includes(0)) throw new UnsupportedNode('it puts an axis before the batch');
  const sides = [...input];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sides.shift() ?? 1))).slice(1);
});

export const transpose: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    const perm = node.numbers('perm', [...node.shape(x).keys()].reverse());
    if (perm[0] !== 0) throw new UnsupportedNode(`it moves the batch: [${perm}]`);
    return { inputs: [x], attributes: { perm: [...perm] } };
  },
  apply: ([x], attributes) => transposeOf(x, attributes.numbers('perm')),
};

export const concat: BackboneOperator = {
  read(node) {
    const inputs = Array.from({ length: node.inputCount }, (_, i) => node.value(i));
    const axis = axisOf(node.number('axis', 1), node.shape(inputs[0]).length);
    if (axis === 0) throw new UnsupportedNode('it joins batches');
    return { inputs, attributes: { axis } };
  },
  apply: (inputs, attributes) => concatOf(inputs, attributes.number('axis')),
};

/** Zeros at the edges. */
export const pad: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    const rank = node.shape(x).length;
    const mode = node.text('mode', 'constant');
    if (mode !== 'constant') throw new UnsupportedNode(`it pads by "${mode}"; expected "constant"`);
    const value = node.has(2) ? node.scalar(2) : node.number('value', 0);
    if (value !== 0) throw new UnsupportedNode(`it pads with ${value}; expected 0`);
    const pads = node.integersOrAttribute(1, 'pads') ?? [];
    if (node.has(3) || pads.length !== 2 * rank || pads.some((count) => count < 0)) {
      throw new UnsupportedNode('expected a number of zeros before and after each axis');
    }
    return { inputs: [x], attributes: { before: pads.slice(0, rank), after: pads.slice(rank) } };
  },
  apply: ([x], attributes) => padOf(x, attributes.numbers('before'), attributes.numbers('after')),
};

export const slice: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    const shape = node.shape(x);
    const starts = node.integersOrAttribute(1, 'starts') ?? [];
    const ends = node.integersOrAttribute(2, 'ends') ?? [];
    const axes = (node.integersOrAttribute(3, 'axes') ?? [...starts.keys()]).map((axis) => axisOf(axis, shape.length));
    const steps = node.has(4) ? node.integers(4) : starts.map(() => 1);
    if (axes.includes(0) || steps.some((step) => step < 1)) throw new UnsupportedNode('it cuts the batch or goes back');
    const within = (place: number, axis: number) =>
      Math.max(0, Math.min(shape[axis], place < 0 ? place + shape[axis] : place));
    return {
      inputs: [x],
      attributes: {
        starts: starts.map((start, i) => within(start, axes[i])),
        ends: ends.map((end, i) => within(end, axes[i])),
        axes,
        steps: [...steps],
      },
    };
  },
  apply: ([x], attributes) =>
    sliceOf(x, {
      starts: attributes.numbers('starts'),
      ends: attributes.numbers('ends'),
      axes: attributes.numbers('axes'),
      steps: attributes.numbers('steps'),
    }),
};
