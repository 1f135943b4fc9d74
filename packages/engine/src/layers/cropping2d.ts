/** The image without some rows and columns at its edges. */
import { type Static, Type } from 'typebox';
import { slice } from '../ops/slice.js';
import { Edges, toEdges } from './arguments.js';
import { type LayerDefinition, LayerError, requireImage } from './layer.js';

const Arguments = Type.Object({ cropping: Edges(0) });

export const cropping2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'cropping2d',
  summary: 'Cuts off the edges of the image.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('cropping2d', input);
    const { top, left, bottom, right } = toEdges(args.cropping);
    const height = image.height - top - bottom;
    const width = image.width - left - right;
    if (height < 1 || width < 1) {
      throw new LayerError(
        'cropping',
        `expected to leave at least one pixel of ${image.height}×${image.width}; ` +
          `received ${top + bottom} rows and ${left + right} columns to cut off`,
      );
    }
    return { output: { ...image, height, width }, parameters: [], flops: 0 };
  },
  forward(args, [x]) {
    const { top, left, bottom, right } = toEdges(args.cropping);
    if (top + left + bottom + right === 0) return x;
    const ends = [x.shape[2] - bottom, x.shape[3] - right];
    return slice(x, { starts: [top, left], ends, axes: [2, 3], steps: [1, 1] });
  },
};
