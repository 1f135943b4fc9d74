/**
 * Compiles a trained model into a graph that tells where in an image it sees a class: Grad-CAM (Selvaraju et al., 2017,
 * https://arxiv.org/abs/1610.02391). With A_k the maps that a layer gives, Z their places, and y the score of the class
 * before the last activation:
 *
 *     α_k = 1/Z · Σ ∂y / ∂A_k   (equation 1)
 *     heat = relu(Σ α_k · A_k)  (equation 2)
 */
import { gradients } from '../autodiff/gradients.js';
import { Graph, type Value } from '../graph/graph.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forward } from '../model/forward.js';
import type { Head } from '../model/head.js';
import type { Model } from '../model/model.js';
import { toOnnx } from '../onnx/model.js';
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { relu } from '../ops/relu.js';
import { transpose } from '../ops/transpose.js';
import { constantWeights } from './constant-weights.js';
import { mapsToExplain } from './explained-maps.js';
import { normalize, type Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface GradCamOptions {
  /** Trained weights by name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly preprocessing: Preprocessing;
  /** Whose maps are taken: the last layer behind a convolution that gives an image of several pixels where left out. */
  readonly layer?: string;
}

export interface GradCamGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** uint8 [1, height, width, channels], pixels from 0 to 255. */
  readonly image: TensorSpec;
  /** float32 [1, units]: what the score is the sum of, see `scoreWeights`. */
  readonly score: TensorSpec;
  /** Output float32 [1, rows, columns], 0 and above. */
  readonly heat: TensorSpec;
  /** Name of the layer. */
  readonly layer: string;
}

/** @throws TrainyardError `invalid_request` where the model, or the layer, has no maps to look at */
export function compileGradCam(model: Model, options: GradCamOptions): GradCamGraph {
  const { height, width, channels } = model.image;
  const graph = new Graph();
  const image = graph.input('image', 'uint8', [1, height, width, channels]);
  const score = graph.input('score', 'float32', [1, model.head.units]);
  const result = forward(model, normalize(transpose(image, [0, 3, 1, 2]), options.preprocessing), {
    parameters: constantWeights(graph, model.parameters, options.parameters),
    activationsInPlace: 'all',
  });
  const { layer, maps } = mapsToExplain(model, result, options.layer);
  const [gradient] = gradients(result.logits, [maps], score);
  if (!gradient) throw new Error(`the outputs do not depend on the layer ${layer}`);
  const heat = heatOf(maps, gradient);
  graph.output('heat', heat);
  return {
    onnx: toOnnx(lowerPortable(graph), { name: 'grad_cam' }),
    image: { name: 'image', dtype: 'uint8', shape: image.shape },
    score: { name: 'score', dtype: 'float32', shape: score.shape },
    heat: { name: 'heat', dtype: 'float32', shape: heat.shape },
    layer,
  };
}

const [CHANNELS, ROWS, COLUMNS] = [1, 2, 3];

/** @param maps [1, C, rows, columns], like their gradient @returns [1, rows, columns] */
function heatOf(maps: Value, gradient: Value): Value {
  const weights = reduceMean(gradient, [ROWS, COLUMNS], 1);
  return relu(reduceSum(mul(maps, weights), [CHANNELS]));
}

/**
 * What of the values before the last activation makes the score of an output, float32 [units]: that value itself. Where
 * one sigmoid tells two classes apart, the score of the first is its negative, since sigmoid(−z) = 1 − sigmoid(z).
 *
 * @param output a class, a label or a target, counted from 0
 */
export function scoreWeights({ task, units }: Head, output: number): Float32Array {
  if (task === 'binary') return Float32Array.of(output === 0 ? -1 : 1);
  return Float32Array.from({ length: units }, (_, unit) => (unit === output ? 1 : 0));
}
