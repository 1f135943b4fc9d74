/** A specification that met its data: every shape and weight is known. */
import type { ImageSize } from '@trainyard/contracts';
import type { FeatureShape, LayerDefinition, LayerPlan, ParameterSpec } from '../layers/layer.js';
import type { LayerSpec } from '../spec/schema.js';
import type { Head } from './head.js';

/** Stands for the model's image where layers are counted. */
export const IMAGE = -1;

export interface BuiltLayer {
  readonly spec: LayerSpec;
  readonly definition: LayerDefinition;
  /** What feeds the layer: places in `Model.layers`, all before its own, or `IMAGE`. */
  readonly sources: readonly number[];
  readonly inputs: readonly FeatureShape[];
  readonly plan: LayerPlan;
}

/** A weight of the whole model, called `layer/weight`. */
export interface ModelParameter extends ParameterSpec {
  readonly layer: string;
}

export interface Model {
  readonly image: ImageSize;
  /** Of the part of a model behind a frozen one: what that gives, which it takes in place of images. */
  readonly features?: FeatureShape;
  /** Number of classes, of labels, or of the targets of a regression. */
  readonly classes: number;
  readonly head: Head;
  /** In an order in which each layer comes after those that feed it; the last one's output is the model's. */
  readonly layers: readonly BuiltLayer[];
  /** In the order of the layers. */
  readonly parameters: readonly ModelParameter[];
}
