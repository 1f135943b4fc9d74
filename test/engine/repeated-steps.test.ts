import { type Optimizer, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { lowerings } from './lowerings.js';
import { anyNumbers } from './numbers.js';
import { type Batch, TrainingRun } from './training-run.js';

const K = 4;
const RUNS = 3;
const BATCH = 8;
const CLASSES = 5;
const SEED = 77;

const model = buildModel(
  parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 8, kernel_size: 3, padding: 'same', activation: 'relu' },
      { type: 'max_pooling2d' },
      { type: 'conv2d', filters: 6, kernel_size: 3, strides: 2, activation: 'leaky_relu' },
      { type: 'max_pooling2d', pool_size: 2, strides: 1 },
      { type: 'flatten' },
      { type: 'dropout', rate: 0.4 },
      { type: 'dense', units: 16, activation: 'tanh' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  }),
  { image: { width: 15, height: 14, channels: 3 }, classes: CLASSES },
);

const OPTIMIZERS: readonly Optimizer[] = [
  resolveOptimizer({ type: 'adam', learning_rate: 0.01 }),
  resolveOptimizer({ type: 'sgd', learning_rate: 0.05, momentum: 0.9 }),
];

const PIXELS = sizeOf([BATCH, 3, 14, 15]);
const images = Uint8Array.from(anyNumbers(SEED, 0, K * RUNS * PIXELS), (x) => Math.round((x + 2) * 63));
const labels = Int32Array.from({ length: K * RUNS * BATCH }, (_, i) => (i * 7) % CLASSES);
/** The last batch is not full. */
const weights = Float32Array.from({ length: labels.length }, (_, i) => (i >= labels.length - 3 ? 0 : 1));

/** The inputs of `steps` training steps from step `first` on. */
function batchOf(first: number, steps: number): Batch {
  const part = <T extends { subarray(start: number, end: number): T }>(all: T, size: number) =>
    all.subarray(first * size, (first + steps) * size);
  return { images: part(images, PIXELS), labels: part(labels, BATCH), weights: part(weights, BATCH) };
}

async function train(optimizer: Optimizer, stepsPerRun: number, block: number | null) {
  const step = compileTrainStep(model, {
    batchSize: BATCH,
    optimizer,
    loss: { type: 'categorical_crossentropy' },
    preprocessing: { scale: [1 / 255, 1 / 200, 1 / 150], offset: [0, -0.1, 0.2] },
    stepsPerRun,
    block,
  });
  const run = await TrainingRun.open(step, initialParameters(model, SEED), SEED);
  const results: number[][] = [];
  for (let first = 0; first < K * RUNS; first += stepsPerRun) {
    const { losses, predictions } = await run.run(batchOf(first, stepsPerRun), optimizer.learning_rate);
    losses.forEach((loss, k) => {
      results.push([loss, ...predictions.subarray(k * BATCH * CLASSES, (k + 1) * BATCH * CLASSES)]);
    });
  }
  await run.release();
  return { results, state: run.state };
}

describe.each(lowerings)(`${K} steps in one run, $name`, ({ block }) => {
  it.each(OPTIMIZERS)('give the same bytes as as many runs of one step, with $type', async (optimizer) => {
    const single = await train(optimizer, 1, block);
    const repeated = await train(optimizer, K, block);
    expect(repeated.results).toEqual(single.results);
    expect(new Set(single.results.map(([loss]) => loss)).size).toBe(K * RUNS);
    for (const [name, values] of single.state) expect(repeated.state.get(name), name).toEqual(values);
  });

  it('give the same bytes when they are run again', async () => {
    expect(await train(OPTIMIZERS[0], K, block)).toEqual(await train(OPTIMIZERS[0], K, block));
  });
});
