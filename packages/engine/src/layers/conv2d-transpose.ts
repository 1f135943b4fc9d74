/**
 * Transposed convolution, which enlarges the image by its strides. Weights: kernel [channels, filters, height, width]
 * and bias [filters].
 */
import { type Static, Type } from 'typebox';
import { type ConvTransposeAttributes, convTranspose } from '../ops/conv-transpose.js';
import { ActivationArgument, Padding, Pair, toActivation, toPair } from './arguments.js';
import { BIAS_ARGUMENTS, biasOf } from './bias.js';
import { type LayerDefinition, LayerError, requireImage } from './layer.js';
import { refuseStridesWithDilation } from './sliding.js';
import { KERNEL_ARGUMENTS, weightOf } from './weight.js';

const Arguments = Type.Object({
  filters: Type.Integer({ minimum: 1, maximum: 65_536 }),
  kernel_size: Pair(),
  strides: Pair({ default: 1 }),
  padding: Padding,
  output_padding: Type.Optional(
    Pair({ minimum: 0, description: 'less than strides; where left out, the size follows from strides' }),
  ),
  dilation_rate: Pair({ default: 1 }),
  activation: ActivationArgument({ default: 'linear' }),
  ...KERNEL_ARGUMENTS,
  ...BIAS_ARGUMENTS,
});

type Conv2dTransposeArguments = Static<typeof Arguments>;

export const conv2dTranspose: LayerDefinition<Conv2dTransposeArguments> = {
  type: 'conv2d_transpose',
  summary: 'Spreads each pixel over a window of a larger image with learned kernels.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('conv2d_transpose', input);
    refuseStridesWithDilation(args);
    requireOutputPadding(args);
    const [height, width] = outputSides(args, [image.height, image.width]);
    const kernel = toPair(args.kernel_size);
    const area = kernel[0] * kernel[1];
    const shape = [image.channels, args.filters, ...kernel];
    // Keras' kernel is [height, width, filters, channels], and its fans are read off there.
    const fan = { in: area * args.filters, out: area * image.channels };
    const weights = weightOf('kernel', args, { name: 'kernel', shape, fan, kerasAxes: [2, 3, 1, 0] });
    return {
      output: { kind: 'image', height, width, channels: args.filters },
      parameters: [weights, ...biasOf(args, args.filters)],
      flops:
        2 * image.height * image.width * area * image.channels * args.filters +
        (args.use_bias ? height * width * args.filters : 0),
    };
  },
  forward(args, [x], context) {
    const bias = args.use_bias ? context.parameter('bias') : null;
    return convTranspose(x, context.parameter('kernel'), attributesOf(args, [x.shape[2], x.shape[3]]), bias);
  },
  activation: (args) => toActivation(args.activation),
};

/** Sides of the output, as Keras infers them. Throws a `LayerError` when nothing is left. */
function outputSides(args: Conv2dTransposeArguments, sides: readonly [number, number]): [number, number] {
  const outputs = ([0, 1] as const).map((axis) => outputSide(args, sides[axis], axis));
  if (outputs[0] < 1 || outputs[1] < 1) {
    throw new LayerError(
      'output_padding',
      `expected an output of at least one pixel; received ${outputs.join('×')}. Leave output_padding out`,
    );
  }
  return [outputs[0], outputs[1]];
}

/**
 * `same` gives side · stride, or, with an output_padding p, (side − 1) · stride + (reach mod 2) + p; `valid` gives
 * (side − 1) · stride + reach + p, where p is what the stride leaves beyond the reach unless it is given.
 */
function outputSide(args: Conv2dTransposeArguments, side: number, axis: 0 | 1): number {
  const stride = toPair(args.strides)[axis];
  const reach = reachOf(args, axis);
  const padding = args.output_padding === undefined ? null : toPair(args.output_padding)[axis];
  if (args.padding === 'same') {
    return padding === null ? side * stride : (side - 1) * stride + (reach % 2) + padding;
  }
  return (side - 1) * stride + reach + (padding ?? Math.max(stride - reach, 0));
}

function reachOf(args: Conv2dTransposeArguments, axis: 0 | 1): number {
  return toPair(args.dilation_rate)[axis] * (toPair(args.kernel_size)[axis] - 1) + 1;
}

/** What the full output has too many is cut off, the odd pixel at the bottom and right; what it lacks is added there. */
function attributesOf(args: Conv2dTransposeArguments, sides: readonly [number, number]): ConvTransposeAttributes {
  const strides = toPair(args.strides);
  const cut = ([0, 1] as const).map((axis) => {
    return (sides[axis] - 1) * strides[axis] + reachOf(args, axis) - outputSide(args, sides[axis], axis);
  });
  const before = cut.map((pixels) => Math.floor(Math.max(pixels, 0) / 2));
  const after = cut.map((pixels, axis) => Math.max(pixels, 0) - before[axis]);
  return {
    kernel_shape: toPair(args.kernel_size),
    strides,
    dilations: toPair(args.dilation_rate),
    pads: [before[0], before[1], after[0], after[1]],
    group: 1,
    output_padding: [Math.max(-cut[0], 0), Math.max(-cut[1], 0)],
  };
}

function requireOutputPadding({ output_padding, strides }: Conv2dTransposeArguments): void {
  if (output_padding === undefined) return;
  const padding = toPair(output_padding);
  const limits = toPair(strides);
  if (padding[0] >= limits[0] || padding[1] >= limits[1]) {
    throw new LayerError(
      'output_padding',
      `expected less than the strides ${limits.join('×')}; received ${padding.join('×')}`,
    );
  }
}
