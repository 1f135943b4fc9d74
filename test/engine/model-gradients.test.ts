import { resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../packages/engine/src/activations/activation.js';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { INITIALIZERS } from '../../packages/engine/src/initializers/initializer.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { permutation } from '../../packages/engine/src/random/permutation.js';
import { fillRandom } from '../../packages/engine/src/random/random-input.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { lowerings } from './lowerings.js';
import { relativeError } from './numbers.js';
import { crossEntropyOf, referenceLogits, softmaxOf } from './reference-model.js';
import { TrainingRun } from './training-run.js';

const IMAGE = { width: 7, height: 6, channels: 1 } as const;
const CLASSES = 3;
const BATCH = 4;
/** The last row fills up the batch and must not count. */
const WEIGHTS = [1, 1, 1, 0];
const LABELS = [2, 0, 0, 1];
const SEED = 5;
const STEP = 1e-6;
const TOLERANCE = 2e-5;
/** Gradients are read off weights near 1 in float32, so much smaller ones have lost digits. */
const SMALL = 0.01;
const SCALE = Math.fround(1 / 64);

const DENSE_OUTPUT = { type: 'dense', units: 'classes', activation: 'softmax' };

interface Net {
  readonly name: string;
  readonly layers: readonly object[];
}

const activationNets: Net[] = [...Object.keys(ACTIVATIONS), { type: 'leaky_relu', negative_slope: 0.05 }].map(
  (activation) => ({
    name: `the activation ${JSON.stringify(activation)}`,
    layers: [
      { type: 'conv2d', filters: 3, kernel_size: 3, activation },
      { type: 'max_pooling2d' },
      { type: 'activation', activation },
      { type: 'flatten' },
      { type: 'dense', units: 4, activation },
      DENSE_OUTPUT,
    ],
  }),
);

const initializerNets: Net[] = [...Object.keys(INITIALIZERS), { type: 'constant', value: 0.3 }].map((initializer) => ({
  name: `the initialiser ${JSON.stringify(initializer)}`,
  layers: [
    { type: 'conv2d', filters: 2, kernel_size: 2, activation: 'tanh', bias_initializer: initializer },
    { type: 'max_pooling2d', pool_size: [2, 3] },
    { type: 'flatten' },
    { type: 'dense', units: 3, kernel_initializer: initializer },
    { ...DENSE_OUTPUT, kernel_initializer: 'random_normal', bias_initializer: initializer },
  ],
}));

const windowNets: Net[] = [
  {
    name: 'strides, same padding and overlapping pools',
    layers: [
      { type: 'conv2d', filters: 3, kernel_size: [3, 2], strides: [1, 2], padding: 'same', activation: 'tanh' },
      { type: 'max_pooling2d', pool_size: 3, strides: 1, padding: 'same' },
      { type: 'conv2d', filters: 2, kernel_size: 2, use_bias: false, activation: 'leaky_relu' },
      { type: 'flatten' },
      DENSE_OUTPUT,
    ],
  },
  {
    name: 'dropout',
    layers: [
      { type: 'dropout', rate: 0.25 },
      { type: 'conv2d', filters: 3, kernel_size: 3, activation: 'sigmoid' },
      { type: 'flatten' },
      { type: 'dropout', rate: 0.5 },
      DENSE_OUTPUT,
    ],
  },
  { name: 'one dense layer', layers: [{ type: 'flatten' }, { ...DENSE_OUTPUT, use_bias: false }] },
];

function build({ layers }: Net): Model {
  return buildModel(parseModelSpec({ layers }), { image: IMAGE, classes: CLASSES });
}

function makeImages(): Uint8Array {
  const count = BATCH * IMAGE.width * IMAGE.height;
  return Uint8Array.from(permutation(count, SEED, 0), (place) => place);
}

/** The gradients of the compiled step: what plain SGD with learning rate 1 takes away from the weights. */
async function compiledGradients(model: Model, weights: ReadonlyMap<string, Float32Array>, block: number | null) {
  const step = compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer({ type: 'sgd', learning_rate: 1 }),
    loss: { type: 'categorical_crossentropy' },
    preprocessing: { scale: [SCALE], offset: [-1] },
    stepsPerRun: 1,
    block,
  });
  const run = await TrainingRun.open(step, weights, SEED);
  const { losses, predictions } = await run.run({ images: makeImages(), labels: LABELS, weights: WEIGHTS }, 1);
  await run.release();
  const gradients = [...weights].map(([name, before]) => {
    const after = run.state.get(name) ?? new Float64Array();
    return [name, after.map((w, i) => before[i] - w)] as const;
  });
  return { loss: losses[0], predictions, gradients: new Map(gradients), random: step.random };
}

/** The logits of the rows that count, with their labels. */
function referenceRows(model: Model, weights: ReadonlyMap<string, Float64Array>, masks: readonly Uint8Array[]) {
  const images = makeImages();
  const part = (all: Uint8Array, row: number) =>
    all.subarray((row * all.length) / BATCH, ((row + 1) * all.length) / BATCH);
  const rows = LABELS.map((label, row) => ({ label, row })).filter(({ row }) => WEIGHTS[row] === 1);
  return rows.map(({ label, row }) => {
    const pixels = Float64Array.from(part(images, row), (byte) => byte * SCALE - 1);
    return { label, logits: referenceLogits(model, weights, { pixels, masks: masks.map((mask) => part(mask, row)) }) };
  });
}

function differences(values: Float64Array, loss: () => number): Float64Array {
  return values.map((kept, i) => {
    values[i] = kept + STEP;
    const above = loss();
    values[i] = kept - STEP;
    const below = loss();
    values[i] = kept;
    return (above - below) / (2 * STEP);
  });
}

async function checkNet(net: Net): Promise<void> {
  const model = build(net);
  const initial = initialParameters(model, SEED);
  const compiled = await Promise.all(lowerings.map(({ block }) => compiledGradients(model, initial, block)));
  const filled = compiled[0].random.map((each) => {
    const mask = new Uint8Array(sizeOf(each.shape));
    fillRandom(each, SEED, 1, mask);
    return mask;
  });
  const weights = new Map([...initial].map(([name, values]) => [name, Float64Array.from(values)]));
  const rows = () => referenceRows(model, weights, filled);
  const reference = () =>
    rows().reduce((sum, { logits, label }, _, { length }) => sum + crossEntropyOf(logits, label) / length, 0);
  for (const [i, { loss, predictions }] of compiled.entries()) {
    expect(loss, lowerings[i].name).toBeCloseTo(reference(), 5);
    for (const [row, { logits }] of rows().entries()) {
      const probabilities = predictions.slice(row * CLASSES, (row + 1) * CLASSES);
      expect(relativeError(probabilities, softmaxOf(logits)), lowerings[i].name).toBeLessThan(TOLERANCE);
    }
  }
  for (const [name, values] of weights) {
    const expected = differences(values, reference);
    for (const [i, { gradients }] of compiled.entries()) {
      const found = gradients.get(name) ?? [];
      expect(relativeError(found, expected, SMALL), `gradient of ${name}, ${lowerings[i].name}`).toBeLessThan(
        TOLERANCE,
      );
    }
  }
}

describe('the gradient of a whole model follows finite differences of a plain float64 model', () => {
  it.each(activationNets)('with $name', checkNet);
  it.each(initializerNets)('with $name', checkNet);
  it.each(windowNets)('with $name', checkNet);
});
