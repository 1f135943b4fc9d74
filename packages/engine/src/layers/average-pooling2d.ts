/** The mean of each window, channel by channel; with padding `same`, pixels outside the image do not count. */
import { type Static, Type } from 'typebox';
import { averagePool } from '../ops/average-pool.js';
import { toPair } from './arguments.js';
import { type LayerDefinition, requireImage } from './layer.js';
import { POOLING_ARGUMENTS, poolingWindow } from './pooling.js';
import { pixelsUnder, slide, windowOver } from './sliding.js';

const Arguments = Type.Object(POOLING_ARGUMENTS);

export const averagePooling2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'average_pooling2d',
  summary: 'Takes the mean of each window.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('average_pooling2d', input);
    const { height, width } = slide('pool_size', poolingWindow(args, image.height, image.width), image);
    const pool = toPair(args.pool_size);
    return {
      output: { kind: 'image', height, width, channels: image.channels },
      parameters: [],
      flops: height * width * image.channels * pool[0] * pool[1],
    };
  },
  forward: (args, [x], context) =>
    averagePool(
      x,
      windowOver(x, (height, width) => poolingWindow(args, height, width), context),
    ),
  needs: (args, wanted, input) => pixelsUnder(poolingWindow(args, input.height, input.width), wanted, input),
};
