/**
 * The rectified linear unit with Keras' arguments: `max_value` where x is larger, x where x > `threshold`, and
 * `negative_slope` · (x − `threshold`) elsewhere.
 */
import { type Static, Type } from 'typebox';
import type { Activation } from '../activations/activation.js';
import type { Value } from '../graph/graph.js';
import { clip } from '../ops/clip.js';
import { scalarLike } from '../ops/elementwise.js';
import { greater } from '../ops/greater.js';
import { mul } from '../ops/mul.js';
import { relu } from '../ops/relu.js';
import { sub } from '../ops/sub.js';
import { where } from '../ops/where.js';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({
  max_value: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'no bound where left out' })),
  negative_slope: Type.Number({ minimum: 0, default: 0 }),
  threshold: Type.Number({ minimum: 0, default: 0 }),
});

type ReluArguments = Static<typeof Arguments>;

export const reluLayer: LayerDefinition<ReluArguments> = {
  type: 'relu',
  summary: 'Cuts off negative values.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward: (args, [x]) => (asActivation(args) ? x : general(args, x)),
  activation: (args) => asActivation(args) ?? { type: 'linear' },
  needs: (_args, wanted) => wanted,
};

/** The activation that says the same, if there is one: it may then come after a pool. */
function asActivation({ max_value, negative_slope, threshold }: ReluArguments): Activation | null {
  if (threshold !== 0) return null;
  if (max_value === undefined) {
    return negative_slope === 0 ? { type: 'relu' } : { type: 'leaky_relu', negative_slope };
  }
  return max_value === 6 && negative_slope === 0 ? { type: 'relu6' } : null;
}

function general({ max_value, negative_slope, threshold }: ReluArguments, x: Value): Value {
  const limit = scalarLike(x, threshold);
  const kept = threshold === 0 ? x : where(greater(x, limit), x, scalarLike(x, 0));
  const right = max_value === undefined ? kept : clip(kept, { min: 0, max: max_value });
  if (negative_slope === 0) return right;
  return sub(right, mul(relu(sub(limit, x)), scalarLike(x, negative_slope)));
}
