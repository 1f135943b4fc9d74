/**
 * Two-dimensional convolution. Weights: kernel [filters, channels / groups, height, width] and bias [filters].
 */
import { type Static, Type } from 'typebox';
import { conv } from '../ops/conv.js';
import { ActivationArgument, Padding, Pair, toActivation, toPair } from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { type LayerDefinition, LayerError, requireImage } from './layer.js';
import { pixelsUnder, refuseStridesWithDilation, slide, slidingWindow, windowOver } from './sliding.js';
import { KERNEL_ARGUMENTS, weightOf } from './weight.js';

const Arguments = Type.Object({
  filters: Type.Integer({ minimum: 1, maximum: 65_536 }),
  kernel_size: Pair(),
  strides: Pair({ default: 1 }),
  padding: Padding,
  dilation_rate: Pair({ default: 1 }),
  groups: Type.Integer({ minimum: 1, maximum: 65_536, default: 1 }),
  activation: ActivationArgument({ default: 'linear' }),
  ...KERNEL_ARGUMENTS,
  ...BIAS_ARGUMENTS,
});

type Conv2dArguments = Static<typeof Arguments>;

export const conv2d: LayerDefinition<Conv2dArguments> = {
  type: 'conv2d',
  summary: 'Slides learned kernels over the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('conv2d', input);
    refuseStridesWithDilation(args);
    requireGroups(args, image.channels);
    const { height, width } = slide('kernel_size', windowOf(args, image.height, image.width), image);
    const kernel = toPair(args.kernel_size);
    const area = kernel[0] * kernel[1];
    const channels = image.channels / args.groups;
    const shape = [args.filters, channels, ...kernel];
    const fan = { in: area * channels, out: area * args.filters };
    const weights = weightOf('kernel', args, { name: 'kernel', shape, fan, kerasAxes: [2, 3, 1, 0] });
    return {
      output: { kind: 'image', height, width, channels: args.filters },
      parameters: [weights, ...biasOf(args, args.filters)],
      flops: height * width * args.filters * (2 * area * channels + (args.use_bias ? 1 : 0)),
    };
  },
  forward(args, [x], context) {
    const window = windowOver(x, (height, width) => windowOf(args, height, width), context);
    const bias = args.use_bias ? context.parameter('bias') : null;
    return conv(x, context.parameter('kernel'), bias, { ...window, group: args.groups });
  },
  activation: (args) => toActivation(args.activation),
  needs: (args, wanted, input) => pixelsUnder(windowOf(args, input.height, input.width), wanted, input),
};

function windowOf({ kernel_size, strides, dilation_rate, padding }: Conv2dArguments, height: number, width: number) {
  return slidingWindow({ size: kernel_size, strides, dilation: dilation_rate, padding }, height, width);
}

function requireGroups({ groups, filters }: Conv2dArguments, channels: number): void {
  if (channels % groups === 0 && filters % groups === 0) return;
  throw new LayerError(
    'groups',
    `expected a divisor of the input's ${channels} channels and of the ${filters} filters; received ${groups}`,
  );
}
