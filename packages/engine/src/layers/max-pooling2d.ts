/** The largest value of each window, channel by channel. */
import { type Static, Type } from 'typebox';
import { maxPool } from '../ops/max-pool.js';
import { Padding, Pair, toPair } from './arguments.js';
import { type LayerDefinition, requireImage } from './layer.js';
import { slide, slidingWindow } from './sliding.js';

const Arguments = Type.Object({
  pool_size: Pair({ default: 2 }),
  strides: Type.Optional(Pair({ description: 'pool_size where left out' })),
  padding: Padding,
});

type MaxPooling2dArguments = Static<typeof Arguments>;

export const maxPooling2d: LayerDefinition<MaxPooling2dArguments> = {
  type: 'max_pooling2d',
  summary: 'Keeps the largest value of each window.',
  arguments: Arguments,
  picksValues: true,
  plan(args, [input]) {
    const image = requireImage('max_pooling2d', input);
    const { height, width } = slide('pool_size', windowOf(args, image.height, image.width), image);
    const pool = toPair(args.pool_size);
    return {
      output: { kind: 'image', height, width, channels: image.channels },
      parameters: [],
      flops: height * width * image.channels * (pool[0] * pool[1] - 1),
    };
  },
  forward: (args, [x]) => maxPool(x, windowOf(args, x.shape[2], x.shape[3])),
};

function windowOf(args: MaxPooling2dArguments, height: number, width: number) {
  const strides = args.strides ?? args.pool_size;
  return slidingWindow({ size: args.pool_size, strides, padding: args.padding }, height, width);
}
