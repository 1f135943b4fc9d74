/** Drops values at random while training and scales the rest, so that the expectation stays (Srivastava et al., 2014). */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { mul } from '../ops/mul.js';
import { type ForwardContext, featureCount, type LayerDefinition } from './layer.js';

export const DROPOUT_ARGUMENTS = Type.Object({ rate: Type.Number({ minimum: 0, exclusiveMaximum: 1 }) });

export const dropout: LayerDefinition<Static<typeof DROPOUT_ARGUMENTS>> = {
  type: 'dropout',
  summary: 'Drops a share of the values while training.',
  arguments: DROPOUT_ARGUMENTS,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward: ({ rate }, [x], context) => drop(x, rate, x.shape, context),
};

/** x with what a mask of the given shape leaves of it; x as it is outside training. */
export function drop(x: Value, rate: number, shape: Shape, context: ForwardContext): Value {
  if (!context.training || rate === 0) return x;
  const { mask, scale } = context.dropoutMask(x, rate, shape);
  const factor = x.graph.scalar(scale);
  // The scale goes to the smaller of the two.
  return shape === x.shape ? mul(mul(x, mask), factor) : mul(x, mul(mask, factor));
}
