/**
 * y = x · Φ(x) with the normal distribution's Φ(x) = (1 + erf(x / √2)) / 2. Hendrycks and Gimpel, 2016. The approximation
 * is theirs, Φ(x) ≈ (1 + tanh u) / 2 with u = √(2/π) · (x + 0.044715 · x³), which is sigmoid(2u).
 */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { scalarLike } from '../ops/elementwise.js';
import { erf } from '../ops/erf.js';
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { type ActivationDefinition, activationSchema } from './definition.js';

const CUBIC = 0.044715;

const schema = activationSchema('gelu', { approximate: Type.Optional(Type.Boolean({ default: false })) });

export const gelu: ActivationDefinition<Static<typeof schema>> = {
  schema,
  apply: ({ approximate = false }, x) => (approximate ? approximation(x) : exact(x)),
};

/** In the form that onnxruntime fuses into one operator where no gradient is taken. */
function exact(x: Value): Value {
  const twice = add(erf(div(x, scalarLike(x, Math.SQRT2))), scalarLike(x, 1));
  return mul(mul(x, twice), scalarLike(x, 0.5));
}

/** x · sigmoid(x · (a + b · x²)): fewer passes than the cube and tanh. */
function approximation(x: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const slope = add(mul(mul(x, x), scalarLike(x, a * CUBIC)), scalarLike(x, a));
  return mul(x, sigmoid(mul(x, slope)));
}
