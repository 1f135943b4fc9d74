/**
 * y = x · Φ(x) with the normal distribution's Φ(x) = (1 + erf(x / √2)) / 2. Hendrycks and Gimpel, 2016. The approximation
 * is theirs, Φ(x) ≈ (1 + tanh u) / 2 with u = √(2/π) · (x + 0.044715 · x³), which is sigmoid(2u).
 */
import { type Static, Type } from 'typebox';
import { type Value, withGradient } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { scalarLike } from '../ops/elementwise.js';
import { erf } from '../ops/erf.js';
import { exp } from '../ops/exp.js';
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { sub } from '../ops/sub.js';
import { type ActivationDefinition, activationSchema } from './definition.js';

const CUBIC = 0.044715;

const schema = activationSchema('gelu', { approximate: Type.Optional(Type.Boolean({ default: false })) });

export const gelu: ActivationDefinition<Static<typeof schema>> = {
  schema,
  apply: ({ approximate = false }, x) => (approximate ? approximation(x) : exact(x)),
};

/**
 * In the form that onnxruntime fuses into one operation where no gradient is taken. dx = dy · (Φ(x) + x · φ(x)), with the
 * density φ(x) = e^(−x²/2) / √(2π).
 */
function exact(x: Value): Value {
  const twice = add(erf(div(x, scalarLike(x, Math.SQRT2))), scalarLike(x, 1));
  const y = mul(mul(x, twice), scalarLike(x, 0.5));
  return withGradient(y, x, (dy) => {
    const bell = exp(mul(mul(x, x), scalarLike(x, -0.5)));
    const twiceSlope = add(twice, mul(mul(x, bell), scalarLike(x, Math.sqrt(2 / Math.PI))));
    return mul(mul(dy, twiceSlope), scalarLike(x, 0.5));
  });
}

/**
 * x · s with s = sigmoid(v), v = x · (a + b · x²): fewer passes than the cube and tanh.
 * dx = dy · (s + y · (1 − s) · v′) with v′ = a + 3b · x².
 */
function approximation(x: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const slope = add(mul(mul(x, x), scalarLike(x, a * CUBIC)), scalarLike(x, a));
  const s = sigmoid(mul(x, slope));
  const y = mul(x, s);
  return withGradient(y, x, (dy) => {
    const inner = sub(mul(slope, scalarLike(x, 3)), scalarLike(x, 2 * a));
    return mul(dy, add(s, mul(sub(y, mul(y, s)), inner)));
  });
}
