/** ReduceMean, ReduceSum and ReduceMax: axes are an attribute in older opsets, an input in newer ones. */
import type { Value } from '../../graph/graph.js';
import { reduceMax } from '../../ops/reduce-max.js';
import { reduceMean } from '../../ops/reduce-mean.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { axisOf } from '../node-reader.js';
import { type BackboneOperator, UnsupportedNode } from '../operator.js';

type Reduce = (x: Value, axes: readonly number[], keepdims: 0 | 1) => Value;

const reduction = (apply: Reduce): BackboneOperator => ({
  read(node) {
    const x = node.value(0);
    const rank = node.shape(x).length;
    const axes = (node.integersOrAttribute(1, 'axes') ?? []).map((axis) => axisOf(axis, rank));
    if (axes.length === 0 || axes.includes(0)) throw new UnsupportedNode('it reduces the batch; expected other axes');
    return { inputs: [x], attributes: { axes, keepdims: node.number('keepdims', 1) } };
  },
  apply: ([x], attributes) => apply(x, attributes.numbers('axes'), attributes.number('keepdims') === 0 ? 0 : 1),
});

export const reductions = {
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceSum: reduction(reduceSum),
} satisfies Record<string, BackboneOperator>;
