/**
 * Depthwise convolution: every channel has filters of its own. Weights: kernel [channels · multiplier, 1, height, width],
 * the filters of one channel side by side, and bias [channels · multiplier].
 */
import { type Static, Type } from 'typebox';
import { conv } from '../ops/conv.js';
import { ActivationArgument, Padding, Pair, toActivation } from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { DEPTHWISE_ARGUMENTS, depthwiseKernelOf } from './depthwise.js';
import { type LayerDefinition, requireImage } from './layer.js';
import { pixelsUnder, refuseStridesWithDilation, slide, slidingWindow, windowOver } from './sliding.js';

const Arguments = Type.Object({
  kernel_size: Pair(),
  strides: Pair({ default: 1 }),
  padding: Padding,
  dilation_rate: Pair({ default: 1 }),
  activation: ActivationArgument({ default: 'linear' }),
  ...DEPTHWISE_ARGUMENTS,
  ...BIAS_ARGUMENTS,
});

type DepthwiseConv2dArguments = Static<typeof Arguments>;

export const depthwiseConv2d: LayerDefinition<DepthwiseConv2dArguments> = {
  type: 'depthwise_conv2d',
  summary: 'Slides kernels over each channel by itself.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('depthwise_conv2d', input);
    refuseStridesWithDilation(args);
    const { height, width } = slide('kernel_size', windowOf(args, image.height, image.width), image);
    const kernel = depthwiseKernelOf('kernel', args, image.channels);
    const [channels, , ...sides] = kernel.shape;
    return {
      output: { kind: 'image', height, width, channels },
      parameters: [kernel, ...biasOf(args, channels)],
      flops: height * width * channels * (2 * sides[0] * sides[1] + (args.use_bias ? 1 : 0)),
    };
  },
  forward(args, [x], context) {
    const window = windowOver(x, (height, width) => windowOf(args, height, width), context);
    const bias = args.use_bias ? context.parameter('bias') : null;
    return conv(x, context.parameter('kernel'), bias, { ...window, group: x.shape[1] });
  },
  activation: (args) => toActivation(args.activation),
  needs: (args, wanted, input) => pixelsUnder(windowOf(args, input.height, input.width), wanted, input),
};

function windowOf(args: DepthwiseConv2dArguments, height: number, width: number) {
  const { kernel_size, strides, dilation_rate, padding } = args;
  return slidingWindow({ size: kernel_size, strides, dilation: dilation_rate, padding }, height, width);
}
