/** Rows and columns of zeros around the image. */
import { type Static, Type } from 'typebox';
import { pad } from '../ops/slice.js';
import { Edges, toEdges } from './arguments.js';
import { type LayerDefinition, requireImage } from './layer.js';

const Arguments = Type.Object({ padding: Edges(1) });

export const zeroPadding2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'zero_padding2d',
  summary: 'Puts zeros around the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('zero_padding2d', input);
    const { top, left, bottom, right } = toEdges(args.padding);
    const sides = { height: image.height + top + bottom, width: image.width + left + right };
    return { output: { ...image, ...sides }, parameters: [], flops: 0 };
  },
  forward(args, [x]) {
    const { top, left, bottom, right } = toEdges(args.padding);
    return pad(x, [0, 0, top, left], [0, 0, bottom, right]);
  },
};
