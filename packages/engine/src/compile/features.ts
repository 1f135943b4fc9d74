/** Compiles the beginning of a model into a graph that gives its features: images in, what a layer makes of them out. */
import { Graph } from '../graph/graph.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forward } from '../model/forward.js';
import { parametersUpTo } from '../model/frozen-prefix.js';
import type { Model } from '../model/model.js';
import { toOnnx } from '../onnx/model.js';
import { constantWeights } from './constant-weights.js';
import { normalize, type Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface FeatureOptions {
  /** Weights by name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly preprocessing: Preprocessing;
}

export interface FeatureGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** uint8 [batch, C, H, W]; the batch is open (given here as 1). */
  readonly images: TensorSpec;
  /** float32 [batch, …]: what the layer gives. */
  readonly features: TensorSpec;
}

/** @param place of the layer whose output is wanted */
export function compileFeatures(model: Model, place: number, options: FeatureOptions): FeatureGraph {
  const { channels, height, width } = model.image;
  const graph = new Graph();
  const images = graph.input('images', 'uint8', [1, channels, height, width]);
  const parameters = constantWeights(graph, parametersUpTo(model, place), options.parameters);
  const beginning = { ...model, layers: model.layers.slice(0, place + 1) };
  const { outputs } = forward(beginning, normalize(images, options.preprocessing), { parameters });
  graph.output('features', outputs);
  return {
    onnx: toOnnx(lowerPortable(graph), { name: 'features', openBatch: 'batch' }),
    images: { name: 'images', dtype: 'uint8', shape: images.shape },
    features: { name: 'features', dtype: 'float32', shape: outputs.shape },
  };
}
