// Ways to break a gradient on purpose, to see that the harness notices.
import type { Graph, Value } from '../../packages/engine/src/graph/graph.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import type { Lowering } from '../../packages/engine/src/lowering/lower.js';
import { concat } from '../../packages/engine/src/ops/concat.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import { neg } from '../../packages/engine/src/ops/neg.js';
import { reshape } from '../../packages/engine/src/ops/reshape.js';
import { slice } from '../../packages/engine/src/ops/slice.js';

/** Spoils a gradient; null leaves it out. */
export type Mutation = (gradient: Value) => Value | null;

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'scaled by 1.01': (gradient) => times(gradient, 1.01),
  'of the other sign': neg,
  'left out': () => null,
  'shifted by one place': shift,
};

export function times(value: Value, factor: number): Value {
  return mul(value, value.graph.scalar(factor, value.dtype === 'float64' ? 'float64' : 'float32'));
}

/** Every number one place on, the last one first. A single number stays. */
export function shift(gradient: Value): Value {
  const count = sizeOf(gradient.shape);
  if (count === 1) return gradient;
  const flat = reshape(gradient, [count]);
  const part = (start: number, end: number) => slice(flat, { starts: [start], ends: [end], axes: [0], steps: [1] });
  return reshape(concat([part(count - 1, count), part(0, count - 1)], 0), gradient.shape);
}

/** Breaks the rule of every node of one type, for the gradient of one of its inputs. */
export function breakRule(type: string, input: number, mutation: Mutation): (graph: Graph) => void {
  return (graph) => {
    graph.nodes.forEach((node, i) => {
      const { op } = node;
      if (op.type !== type || !op.gradient) return;
      const rule = op.gradient.bind(op);
      const gradient: typeof rule = (args) =>
        rule(args).map((result, k) => (k === input && result ? mutation(result) : result));
      graph.nodes[i] = { ...node, op: { ...op, gradient } };
    });
  };
}

/** Breaks what one rule of a lowering gives. */
export function breakLowering(lowering: Lowering, type: string, mutation: (value: Value) => Value): Lowering {
  const rule = lowering[type];
  return { ...lowering, [type]: (inputs, node) => rule(inputs, node).map(mutation) };
}
