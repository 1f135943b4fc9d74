/** A fully connected layer. Weights: kernel [inputs, units] and bias [units]. */
import { type Static, Type } from 'typebox';
import { gemm } from '../ops/gemm.js';
import { ActivationArgument, toActivation } from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { describeFeatures, type LayerDefinition, LayerError } from './layer.js';
import { KERNEL_ARGUMENTS, weightOf } from './weight.js';

const Arguments = Type.Object({
  units: Type.Unsafe<number | 'classes'>({
    anyOf: [Type.Integer({ minimum: 1, maximum: 1_048_576 }), { type: 'string', enum: ['classes'] }],
    description: '"classes" is the number of classes in the data set',
  }),
  activation: ActivationArgument({ default: 'linear' }),
  ...KERNEL_ARGUMENTS,
  ...BIAS_ARGUMENTS,
});

type DenseArguments = Static<typeof Arguments>;

export const dense: LayerDefinition<DenseArguments> = {
  type: 'dense',
  summary: 'Connects every input to every unit.',
  arguments: Arguments,
  plan(args, [input], { classes }) {
    if (input.kind !== 'vector') {
      throw new LayerError(
        null,
        `dense expected a vector; received ${describeFeatures(input)}. Put a flatten layer before it`,
      );
    }
    const units = args.units === 'classes' ? classes : args.units;
    const kernel = weightOf('kernel', args, {
      name: 'kernel',
      shape: [input.units, units],
      fan: { in: input.units, out: units },
    });
    return {
      output: { kind: 'vector', units },
      parameters: [kernel, ...biasOf(args, units)],
      flops: units * (2 * input.units + (args.use_bias ? 1 : 0)),
    };
  },
  forward(args, [x], context) {
    return gemm(x, context.parameter('kernel'), {}, args.use_bias ? context.parameter('bias') : undefined);
  },
  activation: (args) => toActivation(args.activation),
};
