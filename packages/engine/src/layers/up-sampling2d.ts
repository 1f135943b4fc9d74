/** The image enlarged by whole factors, each pixel repeated or interpolated. */
import { type Static, Type } from 'typebox';
import { interpolatePixels } from '../ops/interpolate-pixels.js';
import { repeatPixels } from '../ops/repeat-pixels.js';
import { Pair, toPair } from './arguments.js';
import { type ImageShape, type LayerDefinition, requireImage } from './layer.js';

const Arguments = Type.Object({
  size: Pair({ default: 2, description: 'how many times as high and wide the image becomes' }),
  interpolation: Type.Unsafe<'nearest' | 'bilinear'>({
    type: 'string',
    enum: ['nearest', 'bilinear'],
    default: 'nearest',
  }),
});

type UpSampling2dArguments = Static<typeof Arguments>;

export const upSampling2d: LayerDefinition<UpSampling2dArguments> = {
  type: 'up_sampling2d',
  summary: 'Enlarges the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('up_sampling2d', input);
    const [height, width] = toPair(args.size);
    const output = { ...image, height: image.height * height, width: image.width * width };
    return { output, parameters: [], flops: args.interpolation === 'bilinear' ? interpolationFlops(image, output) : 0 };
  },
  forward(args, [x]) {
    const enlarge = args.interpolation === 'bilinear' ? interpolatePixels : repeatPixels;
    return enlarge(x, toPair(args.size));
  },
};

/** Of the two matrix products, for the columns and then for the rows. */
function interpolationFlops(input: ImageShape, output: ImageShape): number {
  const columns = input.height * output.width * input.width;
  const rows = output.height * output.width * input.height;
  return 2 * input.channels * (columns + rows);
}
