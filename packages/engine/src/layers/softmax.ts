/** Softmax as a layer of its own: over the channels or units, or over the rows or columns of an image. */
import { type Static, Type } from 'typebox';
import { softmax } from '../ops/softmax.js';
import { type FeatureShape, featureCount, type LayerDefinition, LayerError } from './layer.js';

const LAST = -1;

const Arguments = Type.Object({
  axis: Type.Integer({
    minimum: -3,
    maximum: 3,
    default: LAST,
    description: '-1 for the channels or units; 1 for the rows of an image and 2 for its columns',
  }),
});

export const softmaxLayer: LayerDefinition<Static<typeof Arguments>> = {
  type: 'softmax',
  summary: 'Turns values into shares that add up to 1.',
  arguments: Arguments,
  plan({ axis }, [input]) {
    requireAxis(axis, input);
    return { output: input, parameters: [], flops: 3 * featureCount(input) };
  },
  forward: ({ axis }, [x]) => (axis === LAST ? x : softmax(x, IMAGE_AXES[axis])),
  activation: ({ axis }) => ({ type: axis === LAST ? 'softmax' : 'linear' }),
};

/** Axes of Keras' [N, height, width, channels] as they are here, but for the last. */
const IMAGE_AXES: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 1, '-2': 3, '-3': 2 };

function requireAxis(axis: number, input: FeatureShape): void {
  if (axis === LAST || (input.kind === 'image' && axis in IMAGE_AXES)) return;
  const expected = input.kind === 'image' ? '-1, 1, 2 or 3' : '-1, since the input is a vector';
  throw new LayerError('axis', `expected ${expected}; received ${axis}`);
}
