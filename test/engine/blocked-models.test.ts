import { describe, expect, it } from 'vitest';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { freezeLayers } from '../../packages/engine/src/model/freeze.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { presets } from '../../packages/engine/src/presets/index.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { farthestOutput } from './blocked-comparison.js';
import { evaluate, farthestTensor, type TrainingOptions, train } from './both-trainings.js';
import { EVERY_LAYER } from './every-layer.js';
import { blocked } from './lowerings.js';
import { relativeError } from './numbers.js';

/** Float32 sums in another order; gradients before a batch norm are small differences of large numbers. */
const TOLERANCE = 5e-4;
/** Beside its kink the mask of a ReLU turns on rounding. */
const PRESETS = 1e-3;

/** One image channel and odd numbers of others, a depthwise and a grouped convolution, a batch norm, every pooling. */
function layersWith(kernel: object = {}, depthwise: object = {}): object[] {
  const same = { padding: 'same', activation: 'tanh' } as const;
  return [
    { type: 'conv2d', name: 'first', filters: 20, kernel_size: 3, ...same, ...kernel },
    { type: 'max_pooling2d' },
    { type: 'depthwise_conv2d', name: 'depthwise', kernel_size: 3, ...same, ...depthwise },
    { type: 'conv2d', name: 'second', filters: 17, kernel_size: 3, strides: 2, ...same, ...kernel },
    { type: 'batch_normalization', name: 'norm' },
    { type: 'conv2d', name: 'third', filters: 32, kernel_size: 2, ...same, ...kernel },
    { type: 'average_pooling2d', pool_size: 2, strides: 1 },
    { type: 'flatten' },
    { type: 'dense', name: 'dense', units: 'classes', activation: 'softmax' },
  ];
}

function modelOf(layers: readonly object[], frozen: string[] = []): Model {
  const spec = freezeLayers(parseModelSpec({ layers }), new Set(frozen));
  return buildModel(spec, { image: { width: 12, height: 11, channels: 1 }, classes: 4 });
}

function everyLayer(): Model {
  return buildModel(parseModelSpec({ layers: EVERY_LAYER }), {
    image: { width: 16, height: 16, channels: 3 },
    classes: 4,
  });
}

async function compare(
  model: Model,
  block: number | null,
  { tolerance = TOLERANCE, ...options }: TrainingOptions & { tolerance?: number } = {},
) {
  const plain = await train(model, null, options);
  const inBlocks = await train(model, block, options);
  expect([plain.hasBlocks, inBlocks.hasBlocks]).toEqual([false, true]);
  expect(relativeError(inBlocks.losses, plain.losses), 'loss').toBeLessThan(tolerance);
  expect(relativeError(inBlocks.predictions, plain.predictions), 'predictions').toBeLessThan(tolerance);
  const { name, error } = farthestTensor(inBlocks, plain);
  expect(error, name).toBeLessThan(tolerance);
}

const PENALISED: [kernel: object, depthwise: object] = [
  { kernel_regularizer: { type: 'l1_l2', l1: 0.01, l2: 0.02 } },
  { depthwise_regularizer: { type: 'l2', l2: 0.03 } },
];

const WEIGHTS: Readonly<Record<string, [kernel: object, depthwise?: object]>> = {
  'the norm of each filter bounded': [{ kernel_constraint: { type: 'max_norm', max_value: 0.5, axis: [0, 1, 2] } }],
  'a norm over rows bounded': [
    { kernel_constraint: { type: 'max_norm', max_value: 0.2 } },
    { depthwise_constraint: { type: 'max_norm', max_value: 0.2, axis: [0, 1] } },
  ],
  'norms of one': [
    { kernel_constraint: { type: 'unit_norm', axis: [0, 1, 2] } },
    { depthwise_constraint: { type: 'unit_norm', axis: [0, 1] } },
  ],
  'weights that are not negative': [{ kernel_constraint: 'non_neg' }, { depthwise_constraint: 'non_neg' }],
  l1: [{ kernel_regularizer: { type: 'l1', l1: 0.01 } }, { depthwise_regularizer: { type: 'l1', l1: 0.01 } }],
  'l2 and l1': PENALISED,
};

const OPTIONS: Readonly<Record<string, TrainingOptions>> = {
  'a batch of one': { batchSize: 1 },
  'a batch of 33': { batchSize: 33 },
  'several steps in a run': { stepsPerRun: 3, runs: 2, rate: 0.1 },
  'a packed state': { packsState: true, runs: 2, rate: 0.1 },
  'a packed state, several steps in a run, and averaged weights': {
    packsState: true,
    stepsPerRun: 2,
    averageDecay: 0.6,
    rate: 0.1,
  },
  'averaged weights': { averageDecay: 0.7, runs: 2, rate: 0.1 },
  'a bound on the norm of all gradients': { clipNorm: 0.1 },
  'a bound on each gradient': { clipValue: 0.001, rate: 10 },
  'rows of two images': { mixed: true },
  'weights of classes and smoothed labels': { classWeights: [1, 2, 0.5, 3], labelSmoothing: 0.1 },
  'another rate for a layer': { layerRates: [{ layers: 'second', factor: 0.1 }] },
  'momentum and weight decay': {
    optimizer: { type: 'sgd', momentum: 0.9, nesterov: true, weight_decay: 0.1 },
    runs: 3,
    rate: 0.1,
  },
  adam: { optimizer: { type: 'adam', epsilon: 0.01, amsgrad: true }, runs: 3, rate: 0.01 },
  adamw: { optimizer: { type: 'adamw', epsilon: 0.01 }, runs: 3, rate: 0.01 },
  rmsprop: { optimizer: { type: 'rmsprop', epsilon: 0.01, centered: true, momentum: 0.5 }, runs: 3, rate: 0.01 },
  adagrad: { optimizer: { type: 'adagrad', epsilon: 0.01 }, runs: 3, rate: 0.01 },
  adadelta: { optimizer: { type: 'adadelta', epsilon: 0.01 }, runs: 3, rate: 0.1 },
};

/** Of the models above, with weights as they are drawn. */
const EVALUATED: Readonly<Record<string, Model>> = {
  ...Object.fromEntries(
    Object.entries(presets).map(([id, { spec }]) => [
      id,
      buildModel(parseModelSpec(spec), { image: spec.input, classes: 10 }),
    ]),
  ),
  'every layer': everyLayer(),
  'odd numbers of channels and penalties': modelOf(layersWith(...PENALISED)),
};

describe.each(blocked)('an evaluation in blocks gives what the portable one gives', ({ block }) => {
  it.each(Object.entries(EVALUATED))('of %s', async (_name, model) => {
    const plain = await evaluate(model, null);
    const inBlocks = await evaluate(model, block);
    expect([plain.hasBlocks, inBlocks.hasBlocks]).toEqual([false, true]);
    expect(Object.keys(inBlocks.results)).toEqual(Object.keys(plain.results));
    const { name, error } = farthestOutput(inBlocks.results, plain.results);
    expect(error, name).toBeLessThan(TOLERANCE);
  });
});

describe.each(blocked)('a training step in blocks gives what the portable one gives', ({ block }) => {
  it.each(Object.entries(presets))('of the ready-made model %s', async (_id, { spec }) => {
    const model = buildModel(parseModelSpec(spec), { image: spec.input, classes: 10 });
    await compare(model, block, { batchSize: 3, rate: 0.1, tolerance: PRESETS });
  });

  it('of a model with every layer', async () => {
    await compare(everyLayer(), block, { rate: 0.1 });
  });

  it.each(Object.entries(WEIGHTS))('with %s', async (_name, [kernel, depthwise]) => {
    await compare(modelOf(layersWith(kernel, depthwise)), block, { runs: 2, rate: 0.1 });
  });

  it.each([
    { batchSize: 5, pool: [2, 2] },
    { batchSize: 16, pool: [3, 2] },
    { batchSize: 16, pool: [2, 5] },
  ])('of a first convolution whose pixels are pooled at once, %o', async ({ batchSize, pool }) => {
    const layers = [
      { type: 'conv2d', filters: 20, kernel_size: 3 },
      { type: 'max_pooling2d', pool_size: pool },
      { type: 'flatten' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ];
    await compare(modelOf(layers), block, { batchSize, runs: 2, rate: 0.1 });
  });

  it.each([['first'], ['depthwise'], ['second', 'norm'], ['first', 'depthwise'], ['third']])(
    'with frozen layers: %s %s',
    async (...frozen) => {
      await compare(modelOf(layersWith(), frozen), block, { runs: 2, rate: 0.1 });
    },
  );

  it.each(Object.entries(OPTIONS))('with %s', async (_name, options) => {
    await compare(modelOf(layersWith()), block, options);
  });
});
