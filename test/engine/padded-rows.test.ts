import { resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { permutation } from '../../packages/engine/src/random/permutation.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { lowerings } from './lowerings.js';
import { relativeError } from './numbers.js';
import { TrainingRun } from './training-run.js';

const IMAGE = { width: 6, height: 5, channels: 1 } as const;
const PIXELS = IMAGE.width * IMAGE.height;
const REAL = 5;
const LABELS = [2, 0, 1, 1, 0];
const STEPS = 3;
/** A short batch sums in another order. */
const TOLERANCE = 1e-5;

const output = { type: 'dense', units: 'classes', activation: 'softmax' };
const NETS = [
  {
    name: 'batch norms of images and vectors',
    layers: [
      { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'tanh' },
      { type: 'batch_normalization', momentum: 0.8 },
      { type: 'flatten' },
      { type: 'dense', units: 6, activation: 'silu' },
      { type: 'batch_normalization', scale: false, momentum: 0.5 },
      output,
    ],
  },
  {
    name: 'layer norms and squeeze and excitation',
    layers: [
      { type: 'conv2d', name: 'conv', filters: 4, kernel_size: 3, activation: 'gelu' },
      { type: 'layer_normalization', name: 'norm', axis: [1, 2, 3] },
      { type: 'global_average_pooling2d', name: 'pool' },
      { type: 'dense', name: 'gates', units: 4, activation: 'hard_sigmoid' },
      { type: 'multiply', inputs: ['norm', 'gates'] },
      { type: 'prelu', shared_axes: [1, 2] },
      { type: 'flatten' },
      output,
    ],
  },
];

/** Trains some steps on the real rows, and as many that fill up the batch as it takes. */
async function train(layers: readonly object[], batchSize: number, filler: number, block: number | null) {
  const model = buildModel(parseModelSpec({ layers }), { image: IMAGE, classes: 3 });
  const step = compileTrainStep(model, {
    batchSize,
    optimizer: resolveOptimizer({ type: 'sgd', learning_rate: 0.1, momentum: 0.9 }),
    loss: { type: 'categorical_crossentropy' },
    preprocessing: { scale: [1 / 64], offset: [-1] },
    stepsPerRun: 1,
    block,
  });
  const real = permutation(REAL * PIXELS, 1, 0);
  const images = Array.from({ length: batchSize * PIXELS }, (_, i) => (i < real.length ? real[i] : filler));
  const rows = Array.from({ length: batchSize }, (_, row) => row);
  const batch = {
    images,
    labels: rows.map((row) => LABELS[row] ?? 0),
    weights: rows.map((row) => (row < REAL ? 1 : 0)),
  };
  const run = await TrainingRun.open(step, initialParameters(model, 4));
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) losses.push(...(await run.run(batch, 0.1)).losses);
  await run.release();
  return { losses, state: run.state };
}

const RUNS = NETS.flatMap((net) => lowerings.map(({ name, block }) => ({ ...net, lowering: name, block })));

describe.each(RUNS)('$name, $lowering,', ({ layers, block }) => {
  it.each([0, 255])('learn the same with rows of %i that fill up the batch', async (filler) => {
    const full = await train(layers, REAL, 0, block);
    const filled = await train(layers, REAL + 3, filler, block);
    expect(relativeError(filled.losses, full.losses)).toBeLessThan(TOLERANCE);
    expect([...filled.state.keys()]).toEqual([...full.state.keys()]);
    for (const [name, values] of full.state) {
      expect(relativeError(filled.state.get(name) ?? [], values, 0.01), name).toBeLessThan(TOLERANCE);
    }
  });
});
