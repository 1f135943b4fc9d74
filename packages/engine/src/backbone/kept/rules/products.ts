/** Shapes of matrix products, of sums over named axes, and of attention. */
import { broadcastShapes, type Shape } from '../../../graph/tensor-type.js';
import { UnsupportedNode } from '../../operator.js';
import type { KeptCall, ShapeRule } from '../call.js';

/** As NumPy multiplies: the axes in front of the last two are stretched to each other. */
export function productShape(call: KeptCall, a: Shape, b: Shape): number[] {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const inner = left[left.length - 1];
  if (inner !== right[right.length - 2]) {
    throw new UnsupportedNode(`${call.describe(a)} and ${call.describe(b)} are no product`);
  }
  call.ownAxis(-1, left);
  const front = broadcastShapes('MatMul', left.slice(0, -2), right.slice(0, -2));
  const rows = a.length === 1 ? [] : [left[left.length - 2]];
  const columns = b.length === 1 ? [] : [right[right.length - 1]];
  return [...front, ...rows, ...columns];
}

const matmul: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  return [{ dtype, shape: productShape(call, shape, call.input(1).shape) }];
};

const gemm: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const turned = (sides: Shape, attribute: string) => (call.number(attribute, 0) === 0 ? sides : [...sides].reverse());
  return [{ dtype, shape: productShape(call, turned(shape, 'transA'), turned(call.input(1).shape, 'transB')) }];
};

/** Σ over the letters that the result lacks; a letter of the images has to be in it. */
const einsum: ShapeRule = (call) => {
  const [left, right] = call.text('equation', '').replaceAll(' ', '').split('->');
  if (right === undefined || left.includes('.'))
    throw new UnsupportedNode('expected an equation with "->", without "..."');
  const sides = new Map<string, number>();
  left.split(',').forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      sides.set(letter, Math.max(sides.get(letter) ?? 1, call.input(i).shape[axis]));
    });
  });
  for (const [letter, side] of sides) {
    if (call.isBatch(side) && !right.includes(letter)) throw new UnsupportedNode('it sums over the images of a batch');
  }
  return [{ dtype: call.input(0).dtype, shape: [...right].map((letter) => sides.get(letter) ?? 1) }];
};

/** Queries [N, heads, T, d] or [N, T, heads · d]; what is attended to gives the last side. */
const attention: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const value = call.input(2).shape;
  const last = value[value.length - 1];
  if (call.outputs !== 1) throw new UnsupportedNode('it keeps what it has seen; expected one output');
  if (shape.length === 4) return [{ dtype, shape: [...shape.slice(0, 3), last] }];
  const heads = call.number('q_num_heads', 1) / call.number('kv_num_heads', 1);
  return [{ dtype, shape: [...shape.slice(0, 2), last * heads] }];
};

export const productRules: Readonly<Record<string, ShapeRule>> = {
  Attention: attention,
  Einsum: einsum,
  Gemm: gemm,
  MatMul: matmul,
};
