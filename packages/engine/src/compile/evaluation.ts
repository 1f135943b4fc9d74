/** Compiles a model into a graph that scores labelled images: weights are inputs, so that one session serves all epochs. */
import { Graph } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { predictionsOf } from '../losses/targets.js';
import { lowerFor } from '../lowering/lower-for.js';
import { forward } from '../model/forward.js';
import { IMAGE, type Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { usedPixels } from '../model/used-pixels.js';
import { toOnnx } from '../onnx/model.js';
import { declareBatch, modelInput, pixelType } from './batch.js';
import { type ObjectiveOptions, rowLosses, weightPenalty } from './objective.js';
import type { Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface EvaluationOptions extends ObjectiveOptions {
  readonly batchSize: number;
  readonly preprocessing: Preprocessing;
  /** Lanes of the blocked layout, where the CPU's onnxruntime has it; the portable lowering otherwise. */
  readonly block?: number | null;
}

export interface EvaluationGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly batchSize: number;
  /** float32 inputs. */
  readonly parameters: readonly { readonly name: string; readonly input: string; readonly shape: Shape }[];
  /** uint8 [N, C, H, W]. */
  readonly images: TensorSpec;
  /** int32 [N], the class of each row, or float32 [N, width]. */
  readonly labels: TensorSpec;
  /** Output float32 [N]: the loss of each row. */
  readonly losses: string;
  /** Output float32 []: the penalties on weights, which the loss of a batch has on top; null where there are none. */
  readonly penalty: string | null;
  /** Output float32 [N, width]: see `predictionsOf`. */
  readonly predictions: TensorSpec;
}

export function compileEvaluation(model: Model, options: EvaluationOptions): EvaluationGraph {
  const { batchSize, preprocessing } = options;
  const graph = new Graph();
  const weights = model.parameters.map((parameter) => {
    const name = parameterName(parameter);
    return { name, input: name, shape: parameter.shape, value: graph.input(name, 'float32', parameter.shape) };
  });
  const { images, labels } = declareBatch(graph, model, batchSize);
  const parameters = new Map(weights.map(({ name, value }) => [name, value]));
  const used = usedPixels(model);
  const result = forward(model, modelInput(model, images, preprocessing, used.get(IMAGE)), { parameters, used });
  const predictions = predictionsOf(result.outputs, model.head);
  const penalties = weightPenalty(model, parameters);
  graph.output('losses', rowLosses(model, result, labels, options));
  graph.output('predictions', predictions);
  if (penalties) graph.output('penalty', penalties);
  return {
    onnx: toOnnx(lowerFor(graph, options.block ?? null), { name: 'evaluate' }),
    batchSize,
    parameters: weights.map(({ name, input, shape }) => ({ name, input, shape })),
    images: { name: 'images', dtype: pixelType(model), shape: images.shape },
    labels: { name: 'labels', dtype: labels.dtype === 'int32' ? 'int32' : 'float32', shape: labels.shape },
    losses: 'losses',
    penalty: penalties ? 'penalty' : null,
    predictions: { name: 'predictions', dtype: 'float32', shape: predictions.shape },
  };
}
