/**
 * A fully connected layer: of a vector, or of the channels of each pixel, since Keras connects the last axis. Weights:
 * kernel [inputs, units] and bias [units].
 */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { conv } from '../ops/conv.js';
import { gemm } from '../ops/gemm.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { ActivationArgument, toActivation } from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { featureCount, type LayerDefinition } from './layer.js';
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
    const units = args.units === 'classes' ? classes : args.units;
    const inputs = input.kind === 'image' ? input.channels : input.units;
    const kernel = { name: 'kernel', shape: [inputs, units], fan: { in: inputs, out: units } };
    const output = input.kind === 'image' ? { ...input, channels: units } : { kind: input.kind, units };
    return {
      output,
      parameters: [weightOf('kernel', args, kernel), ...biasOf(args, units)],
      flops: featureCount(output) * (2 * inputs + (args.use_bias ? 1 : 0)),
    };
  },
  forward(args, [x], context) {
    const kernel = context.parameter('kernel');
    const bias = args.use_bias ? context.parameter('bias') : null;
    return x.shape.length === 2 ? gemm(x, kernel, {}, bias ?? undefined) : connectPixels(x, kernel, bias);
  },
  activation: (args) => toActivation(args.activation),
};

/** A convolution of 1×1. */
function connectPixels(x: Value, kernel: Value, bias: Value | null): Value {
  const [inputs, units] = kernel.shape;
  const pixel = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;
  return conv(x, reshape(transpose(kernel, [1, 0]), [units, inputs, 1, 1]), bias, { ...pixel, group: 1 });
}
