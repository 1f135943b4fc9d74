// Activation functions of one number in float64, written from their definitions.
import type { Activation } from '../../packages/engine/src/activations/activation.js';

type Elementwise = Exclude<Activation, { type: 'softmax' }>;

/** The function of one number that an activation is. */
export function referenceActivation(activation: Elementwise): (x: number) => number {
  switch (activation.type) {
    case 'linear':
      return (x) => x;
    case 'relu':
      return (x) => Math.max(x, 0);
    case 'relu6':
      return relu6;
    case 'leaky_relu':
      return (x) => (x > 0 ? x : x * (activation.negative_slope ?? 0.2));
    case 'elu':
      return (x) => elu(x, activation.alpha ?? 1);
    case 'selu':
      return (x) => 1.0507009873554805 * elu(x, 1.6732632423543772);
    case 'gelu':
      return (x) => x * (activation.approximate ? approximateNormal(x) : normal(x));
    case 'silu':
      return (x) => x * sigmoid(x);
    case 'hard_sigmoid':
      return (x) => relu6(x + 3) / 6;
    case 'hard_swish':
      return (x) => (x * relu6(x + 3)) / 6;
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh;
    case 'softplus':
      return (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}

function relu6(x: number): number {
  return Math.min(Math.max(x, 0), 6);
}

function elu(x: number, alpha: number): number {
  return x > 0 ? x : alpha * Math.expm1(x);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function approximateNormal(x: number): number {
  return (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))) / 2;
}

/** The normal distribution: 1/2 plus its density times x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + … */
function normal(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
