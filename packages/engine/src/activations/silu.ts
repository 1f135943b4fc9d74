/**
 * y = x · s with s = sigmoid(x), also called swish. Elfwing et al., 2018; Ramachandran et al., 2017, whose formula of the
 * gradient it is: dx = dy · (y + s · (1 − y)), four passes over the values.
 */
import { type Value, withGradient } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { sub } from '../ops/sub.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const silu: ActivationDefinition<Plain<'silu'>> = {
  schema: activationSchema('silu', {}),
  apply: (_activation, x) => apply(x),
};

function apply(x: Value): Value {
  const s = sigmoid(x);
  const y = mul(x, s);
  return withGradient(y, x, (dy) => mul(dy, add(y, sub(s, mul(s, y)))));
}
