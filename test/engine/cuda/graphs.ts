// Every kind of graph that a job on CUDA runs, for every preset, layer, optimizer, loss and activation, and for the window
// forms that the lowering tells apart.
import {
  LOSSES,
  type LossName,
  OPTIMIZERS,
  type OptimizerOptions,
  resolveLoss,
  resolveOptimizer,
} from '@trainyard/contracts';
import { activations } from '../../../packages/engine/src/activations/index.js';
import { compileEvaluation } from '../../../packages/engine/src/compile/evaluation.js';
import { compileFeatures } from '../../../packages/engine/src/compile/features.js';
import { compileGradCam } from '../../../packages/engine/src/compile/grad-cam.js';
import { compilePredictor } from '../../../packages/engine/src/compile/predictor.js';
import { compileProbe } from '../../../packages/engine/src/compile/probe.js';
import { compileTrainStep, type TrainStepOptions } from '../../../packages/engine/src/compile/train-step.js';
import { lossFor } from '../../../packages/engine/src/losses/index.js';
import { buildModel } from '../../../packages/engine/src/model/build.js';
import type { Model } from '../../../packages/engine/src/model/model.js';
import { initialParameters } from '../../../packages/engine/src/model/parameters.js';
import { presets } from '../../../packages/engine/src/presets/index.js';
import { parseModelSpec } from '../../../packages/engine/src/spec/parse.js';
import { EVERY_LAYER } from '../every-layer.js';

export interface NamedGraph {
  readonly name: string;
  readonly onnx: Uint8Array;
}

type Task = NonNullable<Parameters<typeof buildModel>[1]['task']>;

const IMAGE = { width: 16, height: 16, channels: 3 } as const;
const BATCH = 4;
const OUTPUT = { type: 'dense', units: 'classes', activation: 'softmax' };
const CHANNELS = [0, 0, 0];

function build(layers: readonly object[], task: Task = 'multiclass', image: Model['image'] = IMAGE): Model {
  return buildModel(parseModelSpec({ layers }), { image, classes: 3, task });
}

function preprocessingOf({ image }: Model) {
  return { scale: CHANNELS.slice(0, image.channels).map(() => 1 / 255), offset: CHANNELS.slice(0, image.channels) };
}

function trainStep(model: Model, options: Partial<TrainStepOptions> = {}): Uint8Array {
  return compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer(),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingOf(model),
    stepsPerRun: 2,
    packsState: true,
    ...options,
  }).onnx;
}

/** What a job runs of one model, and what is made of the trained one. */
function allOf(name: string, model: Model): NamedGraph[] {
  const common = {
    batchSize: BATCH,
    preprocessing: preprocessingOf(model),
    loss: resolveLoss('categorical_crossentropy'),
  };
  const trained = { parameters: initialParameters(model, 1), preprocessing: common.preprocessing };
  const labels = ['a', 'b', 'c'];
  return [
    { name: `${name}: training`, onnx: trainStep(model) },
    { name: `${name}: training in mixed_float16`, onnx: trainStep(model, { precision: 'mixed_float16' }) },
    { name: `${name}: training, one step`, onnx: trainStep(model, { stepsPerRun: 1, packsState: false }) },
    { name: `${name}: evaluation`, onnx: compileEvaluation(model, common).onnx },
    { name: `${name}: probe`, onnx: compileProbe(model, common).onnx },
    { name: `${name}: predictor`, onnx: compilePredictor(model, { ...trained, labels, fit: 'fill' }).onnx },
    { name: `${name}: features`, onnx: compileFeatures(model, model.layers.length - 2, trained).onnx },
    { name: `${name}: grad-cam`, onnx: compileGradCam(model, trained).onnx },
  ];
}

function presetGraphs(): NamedGraph[] {
  return Object.values(presets).flatMap(({ id, spec }) => allOf(id, build(spec.layers, 'multiclass', spec.input)));
}

/** Every form of every optimizer, once with all that may be added to a training. */
function optimizerGraphs(): NamedGraph[] {
  const model = build([{ type: 'conv2d', filters: 2, kernel_size: 3 }, { type: 'flatten' }, OUTPUT]);
  const forms: readonly OptimizerOptions[] = [
    ...(Object.keys(OPTIMIZERS) as OptimizerOptions['type'][]).map((type) => ({ type })),
    { type: 'adam', amsgrad: true, weight_decay: 0.1 },
    { type: 'sgd', momentum: 0.9, nesterov: true },
    { type: 'rmsprop', momentum: 0.9, centered: true },
  ];
  const added = {
    averageDecay: 0.9,
    clipNorm: 1,
    clipValue: 1,
    classWeights: [1, 2, 3],
    labelSmoothing: 0.1,
    mixed: true,
  };
  return forms.map((form) => ({
    name: `optimizer ${JSON.stringify(form)}`,
    onnx: trainStep(model, { ...added, optimizer: resolveOptimizer(form) }),
  }));
}

const TASKS: readonly (readonly [Task, number | 'classes', string])[] = [
  ['multiclass', 'classes', 'softmax'],
  ['multiclass', 'classes', 'sigmoid'],
  ['multiclass', 'classes', 'linear'],
  ['multilabel', 'classes', 'sigmoid'],
  ['regression', 'classes', 'linear'],
];

/** Every loss with every end of a model that it fits. */
function lossGraphs(): NamedGraph[] {
  return TASKS.flatMap(([task, units, activation]) => {
    const model = build([{ type: 'flatten' }, { type: 'dense', units, activation }], task);
    const fitting = (Object.keys(LOSSES) as LossName[])
      .map((name) => resolveLoss(name))
      .filter((loss) => lossFor(loss).mismatch(model.head) === null);
    return fitting.map((loss) => ({
      name: `${task} ${activation} ${loss.type}`,
      onnx: trainStep(model, { loss }),
    }));
  });
}

/** Every activation, with a penalty and a bound on the weights before it. */
function activationGraphs(): NamedGraph[] {
  return Object.keys(activations).map((activation, i) => ({
    name: `activation ${activation}`,
    onnx: trainStep(
      build([
        {
          type: 'conv2d',
          filters: 2,
          kernel_size: 3,
          activation,
          kernel_regularizer: (['l1', 'l2', 'l1_l2'] as const)[i % 3],
          kernel_constraint: (['max_norm', 'non_neg', 'unit_norm'] as const)[i % 3],
        },
        { type: 'flatten' },
        OUTPUT,
      ]),
    ),
  }));
}

const WINDOWS: readonly object[] = [
  { type: 'conv2d', filters: 4, kernel_size: 3, strides: 2, padding: 'same' },
  { type: 'conv2d', filters: 4, kernel_size: 5, strides: [2, 3], padding: 'same' },
  { type: 'conv2d', filters: 4, kernel_size: 2, dilation_rate: 3, padding: 'same' },
  { type: 'conv2d', filters: 4, kernel_size: 13 },
  { type: 'depthwise_conv2d', kernel_size: 3, strides: 2, padding: 'same' },
  { type: 'depthwise_conv2d', kernel_size: 13, padding: 'same' },
  { type: 'conv2d_transpose', filters: 4, kernel_size: 3, strides: 2, padding: 'same' },
  { type: 'conv2d_transpose', filters: 4, kernel_size: 2, strides: 3, padding: 'same' },
  { type: 'conv2d_transpose', filters: 4, kernel_size: 3, strides: 3, padding: 'valid', output_padding: 1 },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'max_pooling2d', pool_size: 3, strides: 2, padding: 'same' },
  { type: 'max_pooling2d', pool_size: 3, strides: 1 },
  { type: 'max_pooling2d', pool_size: 16 },
  { type: 'average_pooling2d', pool_size: 2 },
  { type: 'average_pooling2d', pool_size: 3, strides: 2, padding: 'same' },
  { type: 'up_sampling2d', size: [2, 3], interpolation: 'bilinear' },
];

/** Convolutions, pools and their gradients in each form, behind a layer that makes the gradient of their input needed. */
function windowGraphs(): NamedGraph[] {
  const before = { type: 'conv2d', filters: 4, kernel_size: 1 };
  return WINDOWS.map((layer) => ({
    name: JSON.stringify(layer),
    onnx: trainStep(build([before, layer, { type: 'flatten' }, OUTPUT])),
  }));
}

export function everyGraph(): NamedGraph[] {
  return [
    ...presetGraphs(),
    ...allOf('every layer', build(EVERY_LAYER)),
    ...windowGraphs(),
    ...optimizerGraphs(),
    ...lossGraphs(),
    ...activationGraphs(),
  ];
}
