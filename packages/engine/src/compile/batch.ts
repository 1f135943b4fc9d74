/** The inputs through which labelled images come into a graph. */

import type { ImageSize } from '@trainyard/contracts';
import type { Graph, Value } from '../graph/graph.js';
import type { DType, Shape } from '../graph/tensor-type.js';
import type { FeatureShape, PixelExtent } from '../layers/layer.js';
import type { Head } from '../model/head.js';
import type { Model } from '../model/model.js';
import { reshape } from '../ops/reshape.js';
import { slice } from '../ops/slice.js';
import { normalize, type Preprocessing } from './preprocessing.js';

export interface BatchInputs {
  /** uint8 [N, C, H, W]; float32 where the model takes features, a vector as an image of one pixel. */
  readonly images: Value;
  /** int32 [N], the class of each row, or float32 [N, width]: 0 or 1 for each label, or the targets of a regression. */
  readonly labels: Value;
}

/** Type of the labels that a model is trained on. */
export function labelType(
  { task, units }: Head,
  batchSize: number,
): { dtype: DType & ('int32' | 'float32'); shape: Shape } {
  if (task === 'multiclass' || task === 'binary') return { dtype: 'int32', shape: [batchSize] };
  return { dtype: 'float32', shape: [batchSize, units] };
}

/** Of what comes in. */
export function pixelType({ features }: Model): 'uint8' | 'float32' {
  return features ? 'float32' : 'uint8';
}

/** Channels, height and width. */
function imageSides(shape: ImageSize | FeatureShape): Shape {
  if ('units' in shape) return [shape.units, 1, 1];
  return [shape.channels, shape.height, shape.width];
}

/** What the first layers take of what came in. @param used rows and columns of images that are used at all; all by default */
export function modelInput(
  { features }: Model,
  images: Value,
  preprocessing: Preprocessing,
  used?: PixelExtent,
): Value {
  if (!features) return normalize(used ? cut(images, used) : images, preprocessing);
  return features.kind === 'vector' ? reshape(images, [images.shape[0], features.units]) : images;
}

function cut(images: Value, { height, width }: PixelExtent): Value {
  return slice(images, { starts: [0, 0], ends: [height, width], axes: [2, 3], steps: [1, 1] });
}

export function declareBatch(graph: Graph, model: Model, batchSize: number): BatchInputs {
  const { image, features, head } = model;
  const { dtype, shape } = labelType(head, batchSize);
  return {
    images: graph.input('images', pixelType(model), [batchSize, ...imageSides(features ?? image)]),
    labels: graph.input('labels', dtype, shape),
  };
}
