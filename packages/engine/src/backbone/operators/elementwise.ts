/** Operators of two values or more, element by element. */
import type { Value } from '../../graph/graph.js';
import { add } from '../../ops/add.js';
import { div } from '../../ops/div.js';
import { scalarLike } from '../../ops/elementwise.js';
import { max } from '../../ops/max.js';
import { min } from '../../ops/min.js';
import { mul } from '../../ops/mul.js';
import { pow as powOf } from '../../ops/pow.js';
import { sub } from '../../ops/sub.js';
import type { BackboneOperator } from '../operator.js';

/** A tensor of the file may be trained where it is more than one number, such as the bias behind a product. */
const binary = (role: string, apply: (a: Value, b: Value) => Value, trainable: boolean): BackboneOperator => ({
  read: (node) => ({ inputs: [node.operand(0, role, trainable), node.operand(1, role, trainable)] }),
  apply: ([a, b]) => apply(a, b),
});

const folded = (apply: (a: Value, b: Value) => Value): BackboneOperator => ({
  read: (node) => ({ inputs: Array.from({ length: node.inputCount }, (_, i) => node.operand(i, 'constant', false)) }),
  apply: (inputs) => inputs.reduce(apply),
});

export const elementwise = {
  Add: binary('bias', add, true),
  Sub: binary('constant', sub, false),
  Mul: binary('scale', mul, true),
  Div: binary('constant', div, false),
  Max: folded(max),
  Min: folded(min),
  Sum: folded(add),
} satisfies Record<string, BackboneOperator>;

export const pow: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0)], attributes: { exponent: node.scalar(1) } }),
  apply: ([x], attributes) => powOf(x, scalarLike(x, attributes.number('exponent'))),
};
