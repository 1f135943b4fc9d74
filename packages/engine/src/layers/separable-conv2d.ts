/**
 * A depthwise convolution and a 1×1 convolution that mixes its channels. Weights: depthwise_kernel
 * [channels · multiplier, 1, height, width], pointwise_kernel [filters, channels · multiplier, 1, 1] and bias [filters].
 */
import { type Static, Type } from 'typebox';
import { conv } from '../ops/conv.js';
import {
  ActivationArgument,
  ConstraintArgument,
  InitializerArgument,
  Padding,
  Pair,
  RegularizerArgument,
  toActivation,
} from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { DEPTHWISE_ARGUMENTS, depthwiseKernelOf } from './depthwise.js';
import { type LayerDefinition, type ParameterSpec, requireImage } from './layer.js';
import { refuseStridesWithDilation, slide, slidingWindow } from './sliding.js';
import { weightOf } from './weight.js';

const Arguments = Type.Object({
  filters: Type.Integer({ minimum: 1, maximum: 65_536 }),
  kernel_size: Pair(),
  strides: Pair({ default: 1 }),
  padding: Padding,
  dilation_rate: Pair({ default: 1 }),
  activation: ActivationArgument({ default: 'linear' }),
  ...DEPTHWISE_ARGUMENTS,
  pointwise_initializer: InitializerArgument('glorot_uniform'),
  pointwise_regularizer: RegularizerArgument(),
  pointwise_constraint: ConstraintArgument(),
  ...BIAS_ARGUMENTS,
});

type SeparableConv2dArguments = Static<typeof Arguments>;

export const separableConv2d: LayerDefinition<SeparableConv2dArguments> = {
  type: 'separable_conv2d',
  summary: 'Slides kernels over each channel by itself, then mixes the channels of each pixel.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('separable_conv2d', input);
    refuseStridesWithDilation(args);
    const { height, width } = slide('kernel_size', windowOf(args, image.height, image.width), image);
    const depthwise = depthwiseKernelOf('depthwise_kernel', args, image.channels);
    const [between, , ...sides] = depthwise.shape;
    const perPixel = 2 * sides[0] * sides[1] * between + args.filters * (2 * between + (args.use_bias ? 1 : 0));
    return {
      output: { kind: 'image', height, width, channels: args.filters },
      parameters: [depthwise, pointwiseKernelOf(args, between), ...biasOf(args, args.filters)],
      flops: height * width * perPixel,
    };
  },
  forward(args, [x], context) {
    const window = windowOf(args, x.shape[2], x.shape[3]);
    const between = conv(x, context.parameter('depthwise_kernel'), null, { ...window, group: x.shape[1] });
    const bias = args.use_bias ? context.parameter('bias') : null;
    return conv(between, context.parameter('pointwise_kernel'), bias, POINTWISE);
  },
  activation: (args) => toActivation(args.activation),
};

const POINTWISE = {
  kernel_shape: [1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  group: 1,
} as const;

function windowOf(args: SeparableConv2dArguments, height: number, width: number) {
  const { kernel_size, strides, dilation_rate, padding } = args;
  return slidingWindow({ size: kernel_size, strides, dilation: dilation_rate, padding }, height, width);
}

function pointwiseKernelOf(args: SeparableConv2dArguments, channels: number): ParameterSpec {
  return weightOf('pointwise', args, {
    name: 'pointwise_kernel',
    shape: [args.filters, channels, 1, 1],
    fan: { in: channels, out: args.filters },
    kerasAxes: [2, 3, 1, 0],
  });
}
