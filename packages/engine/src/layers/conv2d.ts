/** Two-dimensional convolution. Weights: kernel [filters, channels, height, width] and bias [filters]. */
import { type Static, Type } from 'typebox';
import { conv } from '../ops/conv.js';
import {
  ActivationArgument,
  InitializerArgument,
  Padding,
  Pair,
  toActivation,
  toInitializer,
  toPair,
} from './arguments.js';
import { biasOf } from './bias.js';
import { type LayerDefinition, type ParameterSpec, requireImage } from './layer.js';
import { slide, slidingWindow } from './sliding.js';

const Arguments = Type.Object({
  filters: Type.Integer({ minimum: 1, maximum: 65_536 }),
  kernel_size: Pair(),
  strides: Pair({ default: 1 }),
  padding: Padding,
  activation: ActivationArgument({ default: 'linear' }),
  use_bias: Type.Boolean({ default: true }),
  kernel_initializer: InitializerArgument('glorot_uniform'),
  bias_initializer: InitializerArgument('zeros'),
});

type Conv2dArguments = Static<typeof Arguments>;

export const conv2d: LayerDefinition<Conv2dArguments> = {
  type: 'conv2d',
  summary: 'Slides learned kernels over the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('conv2d', input);
    const { height, width } = slide('kernel_size', windowOf(args, image.height, image.width), image);
    const kernel = toPair(args.kernel_size);
    const perOutput = 2 * kernel[0] * kernel[1] * image.channels + (args.use_bias ? 1 : 0);
    return {
      output: { kind: 'image', height, width, channels: args.filters },
      parameters: parametersOf(args, image.channels, kernel),
      flops: height * width * args.filters * perOutput,
    };
  },
  forward(args, [x], context) {
    const window = windowOf(args, x.shape[2], x.shape[3]);
    const bias = args.use_bias ? context.parameter('bias') : null;
    return conv(x, context.parameter('kernel'), bias, { ...window, group: 1 });
  },
  activation: (args) => toActivation(args.activation),
};

function windowOf(args: Conv2dArguments, height: number, width: number) {
  return slidingWindow({ size: args.kernel_size, strides: args.strides, padding: args.padding }, height, width);
}

function parametersOf(args: Conv2dArguments, channels: number, kernel: [number, number]): ParameterSpec[] {
  const area = kernel[0] * kernel[1];
  const weights: ParameterSpec = {
    name: 'kernel',
    shape: [args.filters, channels, ...kernel],
    initializer: toInitializer(args.kernel_initializer),
    fan: { in: area * channels, out: area * args.filters },
  };
  return args.use_bias ? [weights, biasOf(args.filters, toInitializer(args.bias_initializer))] : [weights];
}
