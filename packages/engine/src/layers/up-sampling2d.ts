/** The image enlarged by whole factors, each pixel repeated or interpolated. */
import { type Static, Type } from 'typebox';
import { interpolatePixels } from '../ops/interpolate-pixels.js';
import { repeatPixels } from '../ops/repeat-pixels.js';
import { Pair, toPair } from './arguments.js';
import { type ImageShape, type LayerDefinition, LayerError, requireImage } from './layer.js';

const Arguments = Type.Object({
  size: Pair({ default: 2, description: 'how many times as high and wide the image becomes' }),
  interpolation: Type.Unsafe<'nearest' | 'bilinear'>({
    type: 'string',
    enum: ['nearest', 'bilinear'],
    default: 'nearest',
  }),
});

/** 64 MiB of float32. */
const LARGEST_MATRIX = 2 ** 24;

type UpSampling2dArguments = Static<typeof Arguments>;

export const upSampling2d: LayerDefinition<UpSampling2dArguments> = {
  type: 'up_sampling2d',
  summary: 'Enlarges the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('up_sampling2d', input);
    const [height, width] = toPair(args.size);
    const output = { ...image, height: image.height * height, width: image.width * width };
    if (args.interpolation === 'nearest') return { output, parameters: [], flops: 0 };
    requireMatrices(image, output);
    return { output, parameters: [], flops: interpolationFlops(image, output) };
  },
  forward(args, [x]) {
    const enlarge = args.interpolation === 'bilinear' ? interpolatePixels : repeatPixels;
    return enlarge(x, toPair(args.size));
  },
};

/** Each axis is a product with a constant matrix, which holds a number for every pair of an input and an output pixel. */
function requireMatrices(input: ImageShape, output: ImageShape): void {
  const largest = Math.max(input.height * output.height, input.width * output.width);
  if (largest > LARGEST_MATRIX) {
    throw new LayerError(
      'size',
      `expected at most ${LARGEST_MATRIX} pairs of an input and an output pixel along an axis; received ${largest}. ` +
        'Use a smaller size, or the interpolation "nearest"',
    );
  }
}

/** Of the two matrix products, for the columns and then for the rows. */
function interpolationFlops(input: ImageShape, output: ImageShape): number {
  const columns = input.height * output.width * input.width;
  const rows = output.height * output.width * input.height;
  return 2 * input.channels * (columns + rows);
}
