/** A specification that met its data: every shape and weight is known. */
import type { ImageSize } from '@trainyard/contracts';
import type { FeatureShape, LayerDefinition, LayerPlan, ParameterSpec } from '../layers/layer.js';
import type { LayerSpec } from '../spec/schema.js';

export interface BuiltLayer {
  readonly spec: LayerSpec;
  readonly definition: LayerDefinition;
  readonly input: FeatureShape;
  readonly plan: LayerPlan;
}

/** A weight of the whole model, called `layer/weight`. */
export interface ModelParameter extends ParameterSpec {
  readonly layer: string;
}

export interface Model {
  readonly image: ImageSize;
  readonly classes: number;
  readonly layers: readonly BuiltLayer[];
  /** In the order of the layers. */
  readonly parameters: readonly ModelParameter[];
}
