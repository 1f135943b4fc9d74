/**
 * Compiles a model into a graph that looks inside it: what each layer gives for one batch, and the gradient of the
 * training's loss for each weight. Weights are inputs, so that one session serves all epochs. It is the graph of a training
 * step without its chances: batch statistics as in training, but nothing dropped and no noise.
 */
import { gradients } from '../autodiff/gradients.js';
import { Graph, type Value } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import { featureCount } from '../layers/layer.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forward, type TrainingInputs } from '../model/forward.js';
import type { BuiltLayer, Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { toOnnx } from '../onnx/model.js';
import { add } from '../ops/add.js';
import { expand } from '../ops/expand.js';
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { declareBatch, modelInput, pixelType } from './batch.js';
import { type ObjectiveOptions, rowClassWeights, rowLosses, weightPenalty } from './objective.js';
import type { Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface ProbeOptions extends ObjectiveOptions {
  readonly batchSize: number;
  readonly preprocessing: Preprocessing;
  /** Weight of each class in the loss; all 1 where left out. */
  readonly classWeights?: readonly number[] | null;
}

/** A layer whose values the probe gives. */
export interface ProbedLayer {
  readonly name: string;
  readonly type: string;
  /** The function at its end and its arguments; null where it has none. */
  readonly activation: { readonly type: string } | null;
  readonly isLast: boolean;
  /** Of the output float32 [N, C, H, W] or [N, units]. */
  readonly output: string;
  readonly shape: Shape;
}

/** A weight whose gradient the probe gives. */
export interface ProbedWeight {
  readonly name: string;
  readonly layer: string;
  readonly elements: number;
  /** Of the output float32, of the weight's shape. */
  readonly output: string;
}

export interface ProbeGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly batchSize: number;
  /** float32 inputs. */
  readonly parameters: readonly { readonly name: string; readonly input: string; readonly shape: Shape }[];
  /** uint8 [N, C, H, W]. */
  readonly images: TensorSpec;
  /** int32 [N], the class of each row, or float32 [N, width]. */
  readonly labels: TensorSpec;
  /** Output float32 []: the mean loss of the batch, without penalties. */
  readonly loss: string;
  /** Output float32 []: the penalties on weights; null where there are none. */
  readonly penalty: string | null;
  readonly layers: readonly ProbedLayer[];
  readonly weights: readonly ProbedWeight[];
}

/** Values that the probe gives of its layers for one image. */
export function probedValues(model: Model): number {
  return model.layers.filter(isProbed).reduce((sum, { plan }) => sum + featureCount(plan.output), 0);
}

export function compileProbe(model: Model, options: ProbeOptions): ProbeGraph {
  const graph = new Graph();
  const inputs = model.parameters.map((parameter) => {
    const name = parameterName(parameter);
    return { name, parameter, value: graph.input(name, 'float32', parameter.shape) };
  });
  const parameters = new Map(inputs.map(({ name, value }) => [name, value]));
  const { images, labels } = declareBatch(graph, model, options.batchSize);
  const normalized = modelInput(model, images, options.preprocessing);
  const result = forward(model, normalized, { parameters, training: withoutChance(graph, options.batchSize) });
  const rows = rowLosses(model, result, labels, options);
  const weighted = options.classWeights ? mul(rows, rowClassWeights(model, labels, options.classWeights)) : rows;
  const mean = reduceMean(weighted, [0]);
  const penalties = weightPenalty(model, parameters);
  graph.output('loss', mean);
  if (penalties) graph.output('penalty', penalties);
  const trained = inputs.filter(({ parameter }) => parameter.trainable !== false);
  const found = gradients(
    penalties ? add(mean, penalties) : mean,
    trained.map(({ value }) => value),
  );
  const weights = trained.flatMap(({ name, parameter }, i) => {
    const gradient = found[i];
    return gradient ? [outputOfWeight(graph, name, parameter.layer, gradient)] : [];
  });
  const layers = model.layers.flatMap((layer, place) =>
    isProbed(layer) ? [outputOfLayer(graph, layer, result.layerOutput(place), place === model.layers.length - 1)] : [],
  );
  return {
    onnx: toOnnx(lowerPortable(graph), { name: 'probe' }),
    batchSize: options.batchSize,
    parameters: inputs.map(({ name, parameter }) => ({ name, input: name, shape: parameter.shape })),
    images: { name: 'images', dtype: pixelType(model), shape: images.shape },
    labels: { name: 'labels', dtype: labels.dtype === 'int32' ? 'int32' : 'float32', shape: labels.shape },
    loss: 'loss',
    penalty: penalties ? 'penalty' : null,
    layers,
    weights,
  };
}

function isProbed({ definition, spec, plan }: BuiltLayer): boolean {
  return plan.parameters.length > 0 || definition.activation?.(spec) !== undefined;
}

function outputOfWeight(graph: Graph, name: string, layer: string, gradient: Value): ProbedWeight {
  const output = `gradient:${name}`;
  graph.output(output, gradient);
  return { name, layer, elements: sizeOf(gradient.shape), output };
}

function outputOfLayer(graph: Graph, { definition, spec }: BuiltLayer, value: Value, isLast: boolean): ProbedLayer {
  const output = `layer:${spec.name}`;
  graph.output(output, value);
  const activation = definition.activation?.(spec) ?? null;
  const own = activation?.type === 'linear' ? null : activation;
  return { name: spec.name, type: spec.type, activation: own, isLast, output, shape: value.shape };
}

function withoutChance(graph: Graph, batchSize: number): TrainingInputs {
  return {
    rowWeights: expand(graph.scalar(1), [batchSize]),
    dropoutMask: () => ({ mask: graph.scalar(1), scale: 1 }),
    noise: () => graph.scalar(0),
    setStatistic() {},
  };
}
