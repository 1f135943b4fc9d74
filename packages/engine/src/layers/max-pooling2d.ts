/** The largest value of each window, channel by channel. */
import { type Static, Type } from 'typebox';
import { maxPool } from '../ops/max-pool.js';
import { toPair } from './arguments.js';
import { type LayerDefinition, requireImage } from './layer.js';
import { POOLING_ARGUMENTS, poolingWindow } from './pooling.js';
import { pixelsUnder, slide, windowOver } from './sliding.js';

const Arguments = Type.Object(POOLING_ARGUMENTS);

export const maxPooling2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'max_pooling2d',
  summary: 'Keeps the largest value of each window.',
  arguments: Arguments,
  picksValues: true,
  plan(args, [input]) {
    const image = requireImage('max_pooling2d', input);
    const { height, width } = slide('pool_size', poolingWindow(args, image.height, image.width), image);
    const pool = toPair(args.pool_size);
    return {
      output: { kind: 'image', height, width, channels: image.channels },
      parameters: [],
      flops: height * width * image.channels * (pool[0] * pool[1] - 1),
    };
  },
  forward: (args, [x], context) =>
    maxPool(
      x,
      windowOver(x, (height, width) => poolingWindow(args, height, width), context),
    ),
  needs: (args, wanted, input) => pixelsUnder(poolingWindow(args, input.height, input.width), wanted, input),
};
