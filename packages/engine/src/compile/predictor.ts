/**
 * Compiles a trained model into the ONNX file that users download and endpoints serve: pixels in, probabilities out
 * (or values, for a regression), with the normalisation and the last activation inside and the labels in the metadata.
 */
import type { ImageFit } from '@trainyard/contracts';
import { Graph } from '../graph/graph.js';
import { predictionsOf } from '../losses/targets.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forward } from '../model/forward.js';
import { imagesPerRun } from '../model/images-per-run.js';
import { IMAGE, type Model } from '../model/model.js';
import { usedPixels } from '../model/used-pixels.js';
import { toOnnx } from '../onnx/model.js';
import { transpose } from '../ops/transpose.js';
import { modelInput } from './batch.js';
import { constantWeights } from './constant-weights.js';
import type { Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface PredictorOptions {
  /** Trained weights by name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly preprocessing: Preprocessing;
  /** Class names, in the order of the outputs. */
  readonly labels: readonly string[];
  /** How images of another size are brought to the model's before they go in. */
  readonly fit: ImageFit;
  /** More entries for the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface PredictorGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** Input `image`: uint8 [batch, height, width, channels], pixels from 0 to 255; the batch is open (given here as 1). */
  readonly image: TensorSpec;
  /** How many images a CPU computes together with the least time for each; memory may take more. */
  readonly imagesPerRun: number;
  /** Name of the output float32 [batch, width]: `probabilities` of classes or labels, or the `values` of a regression. */
  readonly output: 'probabilities' | 'values';
}

export function compilePredictor(model: Model, options: PredictorOptions): PredictorGraph {
  const { height, width, channels } = model.image;
  const graph = new Graph();
  const image = graph.input('image', 'uint8', [1, height, width, channels]);
  const used = usedPixels(model);
  const planar = modelInput(model, transpose(image, [0, 3, 1, 2]), options.preprocessing, used.get(IMAGE));
  const parameters = constantWeights(graph, model.parameters, options.parameters);
  const output = model.head.task === 'regression' ? 'values' : 'probabilities';
  const { outputs } = forward(model, planar, { parameters, used, activationsInPlace: 'fused' });
  graph.output(output, predictionsOf(outputs, model.head));
  return {
    onnx: toOnnx(lowerPortable(graph), { name: 'predict', openBatch: 'batch', metadata: metadataOf(model, options) }),
    image: { name: 'image', dtype: 'uint8', shape: image.shape },
    imagesPerRun: imagesPerRun(model),
    output,
  };
}

function metadataOf({ image, head }: Model, { preprocessing, labels, fit, metadata }: PredictorOptions) {
  return {
    ...metadata,
    task: head.task,
    labels: JSON.stringify(labels),
    image: JSON.stringify({ ...image, fit, layout: 'NHWC', dtype: 'uint8' }),
    preprocessing: JSON.stringify({ ...preprocessing, note: 'inside the graph: pixel * scale + offset, per channel' }),
    ...(head.targets
      ? { targets: JSON.stringify({ ...head.targets, note: 'inside the graph: output * std + mean, per target' }) }
      : {}),
  };
}
