/** Compiles a model into a graph that scores labelled images: weights are inputs, so that one session serves all epochs. */
import { Graph } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { categoricalCrossentropy } from '../losses/categorical-crossentropy.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forwardToLogits } from '../model/forward.js';
import type { Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { toOnnx } from '../onnx/model.js';
import { softmax } from '../ops/softmax.js';
import { normalize, type Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface EvaluationOptions {
  readonly batchSize: number;
  readonly preprocessing: Preprocessing;
}

export interface EvaluationGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly batchSize: number;
  /** float32 inputs. */
  readonly parameters: readonly { readonly name: string; readonly input: string; readonly shape: Shape }[];
  /** uint8 [N, C, H, W]. */
  readonly images: TensorSpec;
  /** int32 [N]. */
  readonly labels: TensorSpec;
  /** Output float32 [N]: the loss of each row. */
  readonly losses: string;
  /** Output float32 [N, classes]. */
  readonly probabilities: string;
}

export function compileEvaluation(model: Model, { batchSize, preprocessing }: EvaluationOptions): EvaluationGraph {
  const { image } = model;
  const graph = new Graph();
  const weights = model.parameters.map((parameter) => {
    const name = parameterName(parameter);
    return { name, input: name, shape: parameter.shape, value: graph.input(name, 'float32', parameter.shape) };
  });
  const images = graph.input('images', 'uint8', [batchSize, image.channels, image.height, image.width]);
  const labels = graph.input('labels', 'int32', [batchSize]);
  const parameters = new Map(weights.map(({ name, value }) => [name, value]));
  const logits = forwardToLogits(model, normalize(images, preprocessing), { parameters });
  graph.output('losses', categoricalCrossentropy(logits, labels));
  graph.output('probabilities', softmax(logits, 1));
  return {
    onnx: toOnnx(lowerPortable(graph), { name: 'evaluate' }),
    batchSize,
    parameters: weights.map(({ name, input, shape }) => ({ name, input, shape })),
    images: { name: 'images', dtype: 'uint8', shape: images.shape },
    labels: { name: 'labels', dtype: 'int32', shape: labels.shape },
    losses: 'losses',
    probabilities: 'probabilities',
  };
}
