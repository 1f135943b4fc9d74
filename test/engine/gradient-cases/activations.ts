// Every activation, at points away from its kinks.
import { ACTIVATIONS, type Activation, applyActivation } from '../../../packages/engine/src/activations/activation.js';
import { activations } from '../../../packages/engine/src/activations/index.js';
import type { GradientCase } from '../gradient-harness.js';
import { anyNumbers, type Draw, oddSteps } from '../numbers.js';

const VARIANTS: readonly Activation[] = [
  { type: 'leaky_relu', negative_slope: 0.05 },
  { type: 'elu', alpha: 0.4 },
  { type: 'gelu', approximate: true },
];

/** From −8.5 to 8.5 in steps of 1: beyond the bounds that some activations have, and never at them. */
const wide: Draw = (seed, stream, count) => anyNumbers(seed, stream, count).map((x) => Math.round(4 * x) + 0.5);

const BOUNDED: readonly Activation[] = [{ type: 'relu6' }, { type: 'hard_sigmoid' }, { type: 'hard_swish' }];

function caseOf(activation: Activation, draw: Draw, range: string): GradientCase {
  return {
    name: `${JSON.stringify(activation)} ${range}`,
    dtype: 'float64',
    inputs: [{ shape: [2, 5, 2, 2], draw }],
    build: ([x]) => applyActivation(activation, x),
  };
}

function isName(name: string): name is keyof typeof activations {
  return name in activations;
}

const plain = Object.keys(ACTIVATIONS)
  .filter(isName)
  .map((type): Activation => ({ type }));

export const activationCases: readonly GradientCase[] = [
  ...[...plain, ...VARIANTS].map((activation) => caseOf(activation, oddSteps, 'near 0')),
  ...BOUNDED.map((activation) => caseOf(activation, wide, 'beyond its bounds')),
];
