/** Drops values at random while training and scales the rest, so that the expectation stays (Srivastava et al., 2014). */
import { type Static, Type } from 'typebox';
import { mul } from '../ops/mul.js';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({ rate: Type.Number({ minimum: 0, exclusiveMaximum: 1 }) });

export const dropout: LayerDefinition<Static<typeof Arguments>> = {
  type: 'dropout',
  summary: 'Drops a share of the values while training.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward({ rate }, [x], context) {
    if (!context.training || rate === 0) return x;
    const { mask, scale } = context.dropoutMask(x, rate);
    return mul(mul(x, mask), x.graph.scalar(scale));
  },
};
