/**
 * y = x · Φ(x) with the normal distribution's Φ(x) = (1 + erf(x / √2)) / 2. Hendrycks and Gimpel, 2016. The approximation
 * is theirs, Φ(x) ≈ (1 + tanh u) / 2 with u = √(2/π) · (x + 0.044715 · x³), which is sigmoid(2u).
 */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { scalarLike } from '../ops/elementwise.js';
import { erf } from '../ops/erf.js';
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { type ActivationDefinition, activationSchema } from './definition.js';

const CUBIC = 0.044715;

const schema = activationSchema('gelu', { approximate: Type.Optional(Type.Boolean({ default: false })) });

export const gelu: ActivationDefinition<Static<typeof schema>> = {
  schema,
  apply: ({ approximate = false }, x) => mul(x, approximate ? approximateNormal(x) : normal(x)),
};

function normal(x: Value): Value {
  const half = scalarLike(x, 0.5);
  return add(mul(erf(mul(x, scalarLike(x, Math.SQRT1_2))), half), half);
}

/** sigmoid(x · (a + b · x²)): fewer passes than the cube and tanh. */
function approximateNormal(x: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  return sigmoid(mul(x, add(mul(mul(x, x), scalarLike(x, a * CUBIC)), scalarLike(x, a))));
}
