/** Inputs joined along the channels, rows or columns of images, or along the units of vectors. */
import { type Static, Type } from 'typebox';
import { concat } from '../ops/concat.js';
import { inKerasOrder } from './keras-order.js';
import { describeFeatures, type FeatureShape, type ImageShape, type LayerDefinition, LayerError } from './layer.js';

const Arguments = Type.Object({
  axis: Type.Integer({
    minimum: -3,
    maximum: 3,
    default: -1,
    description: '-1 for the channels or units; 1 for the rows of images and 2 for their columns',
  }),
});

/** Keras' axes of [N, height, width, channels], the batch left out. */
const SIDES = ['height', 'width', 'channels'] as const;
type Side = (typeof SIDES)[number];

/** Axes of [N, channels, height, width]. */
const AXES: Readonly<Record<Side, number>> = { channels: 1, height: 2, width: 3 };

export const concatenate: LayerDefinition<Static<typeof Arguments>> = {
  type: 'concatenate',
  summary: 'Joins its inputs along one axis.',
  arguments: Arguments,
  inputs: 'several',
  plan: ({ axis }, inputs) => ({ output: joinedShape(axis, inputs), parameters: [], flops: 0 }),
  forward({ axis }, values, { inputs }) {
    if (inputs[0].kind === 'image') return concat(values, AXES[sideOf(axis)]);
    // Vectors of different images would otherwise stand in different orders.
    const vectors = values.map((value, i) => {
      const input = inputs[i];
      return input.kind === 'vector' ? inKerasOrder(value, input) : value;
    });
    return concat(vectors, 1);
  },
};

function joinedShape(axis: number, inputs: readonly FeatureShape[]): FeatureShape {
  const vectors = inputs.filter((input) => input.kind === 'vector');
  const images = inputs.filter((input) => input.kind === 'image');
  if (vectors.length === inputs.length) {
    if (axis !== -1 && axis !== 1) throw new LayerError('axis', `expected -1, the units of vectors; received ${axis}`);
    return { kind: 'vector', units: vectors.reduce((sum, { units }) => sum + units, 0) };
  }
  if (vectors.length > 0) throw misfit('images alone, or vectors alone', inputs);
  return joinedImage(sideOf(axis), images);
}

function joinedImage(joined: Side, images: readonly ImageShape[]): ImageShape {
  const others = SIDES.filter((side) => side !== joined);
  if (images.some((image) => others.some((side) => image[side] !== images[0][side]))) {
    throw misfit(`images of the same ${others.join(' and ')}`, images);
  }
  return { ...images[0], [joined]: images.reduce((sum, image) => sum + image[joined], 0) };
}

function sideOf(axis: number): Side {
  if (axis === 0) throw new LayerError('axis', 'expected -1, 1, 2 or 3; received 0, the batch');
  return SIDES[axis < 0 ? axis + SIDES.length : axis - 1];
}

function misfit(expected: string, inputs: readonly FeatureShape[]): LayerError {
  const received = inputs.map(describeFeatures).join(' and ');
  return new LayerError('inputs', `concatenate expected ${expected}; received ${received}`);
}
