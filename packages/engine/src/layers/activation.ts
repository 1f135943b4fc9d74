/** An activation as a layer of its own. */
import { type Static, Type } from 'typebox';
import { ActivationArgument, toActivation } from './arguments.js';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({ activation: ActivationArgument() });

export const activation: LayerDefinition<Static<typeof Arguments>> = {
  type: 'activation',
  summary: 'Applies a function to every value.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward: (_args, [x]) => x,
  activation: (args) => toActivation(args.activation),
  needs: (_args, wanted) => wanted,
};
