// Training steps in the CPU's blocked layout, beside the same steps in the plain one.
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { buildModel, compileTrainStep, initialParameters, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { blockedLanes } from './blocked-lanes.js';
import { StepRunner } from './step-runner.js';
import { TrainState } from './train-state.js';

/** Float32 sums in another order, over what a step moves a tensor by. */
const DIFFERENCE_MAX = 1e-4;
const STEPS = 2;

const lanes = await blockedLanes();
/** The layout is internal to onnxruntime: on the processors that the project is tested on it has to be there. */
const isExpected = process.arch === 'x64';

const tanh = { activation: 'tanh' };
const same = { padding: 'same' };
const end = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

interface Case {
  name: string;
  width: number;
  height: number;
  batchSize: number;
  layers: object[];
  /** How many steps are trained, where not all. */
  steps?: number;
  /** What one step has come to already. */
  from?: ReadonlyMap<string, Float32Array>;
}

const CASES: readonly Case[] = [
  {
    name: 'convolutions one after another, with pools that leave out a row',
    width: 13,
    height: 15,
    batchSize: 16,
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'conv2d', filters: 32, kernel_size: [3, 2], ...tanh },
      ...end,
    ],
  },
  {
    name: 'strides of two and three, and a 1×1 convolution with strides',
    width: 13,
    height: 12,
    batchSize: 16,
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, ...same, ...tanh },
      { type: 'conv2d', filters: 32, kernel_size: 3, strides: 2, ...same, ...tanh },
      { type: 'conv2d', filters: 16, kernel_size: 1, strides: 2, ...tanh },
      { type: 'conv2d', filters: 16, kernel_size: 2, strides: 3, ...same, ...tanh },
      ...end,
    ],
  },
  {
    name: 'channels and a batch that are no multiples of the block, and dilation',
    width: 12,
    height: 10,
    batchSize: 5,
    layers: [
      { type: 'conv2d', filters: 10, kernel_size: 3, ...same, ...tanh },
      { type: 'conv2d', filters: 20, kernel_size: 3, dilation_rate: 2, ...same, activation: 'sigmoid' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'conv2d', filters: 6, kernel_size: 3, activation: 'leaky_relu' },
      ...end,
    ],
  },
  {
    name: 'batch normalisation, a residual, and a row that does not count',
    width: 10,
    height: 10,
    batchSize: 6,
    layers: [
      { type: 'conv2d', name: 'stem', filters: 24, kernel_size: 3, ...same, use_bias: false },
      { type: 'batch_normalization', name: 'norm' },
      { type: 'activation', name: 'act', activation: 'tanh' },
      { type: 'conv2d', name: 'second', filters: 24, kernel_size: 3, ...same, use_bias: false, inputs: ['act'] },
      { type: 'batch_normalization', name: 'second_norm' },
      { type: 'add', name: 'sum', inputs: ['second_norm', 'act'] },
      { type: 'activation', name: 'sum_act', activation: 'tanh' },
      { type: 'global_average_pooling2d' },
      end[1],
    ],
  },
  {
    name: 'a gradient that chooses between images by truth values in blocks',
    width: 9,
    height: 9,
    batchSize: 8,
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, activation: 'leaky_relu' },
      { type: 'conv2d', filters: 32, kernel_size: 3, activation: 'leaky_relu' },
      ...end,
    ],
  },
  {
    name: 'depthwise convolutions, average pools and groups',
    width: 12,
    height: 12,
    batchSize: 8,
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, strides: 2, ...same, ...tanh },
      { type: 'depthwise_conv2d', kernel_size: 3, ...same, ...tanh },
      { type: 'conv2d', filters: 32, kernel_size: 1, ...tanh },
      { type: 'depthwise_conv2d', kernel_size: 3, strides: 2, ...same, ...tanh },
      { type: 'average_pooling2d', pool_size: 2, strides: 1 },
      { type: 'conv2d', filters: 16, kernel_size: 1, groups: 2, ...tanh },
      ...end,
    ],
  },
];

async function train(
  { width, height, batchSize, layers, steps = STEPS, from }: Case,
  block: number | null,
  stepsPerRun: number,
) {
  const model = buildModel(parseModelSpec({ layers }), { image: { width, height, channels: 3 }, classes: 4 });
  const step = compileTrainStep(model, {
    batchSize,
    optimizer: resolveOptimizer({ type: 'sgd', learning_rate: 1, momentum: 0.9 }),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor('unit', { mean: [], std: [] }, 3),
    stepsPerRun,
    block,
  });
  const runner = await StepRunner.open(step, { device: 'cpu', threads: 1 });
  const initial = initialParameters(model, 1);
  const state = new TrainState(step.state, from ?? initial);
  const losses: number[] = [];
  for (let first = from ? 2 : 1; first <= steps; first += stepsPerRun) {
    const [batches] = runner.buffers;
    const size = batches.images.length / stepsPerRun;
    batches.images.forEach((_, i) => {
      batches.images[i] = Math.imul(i + (first - 1) * size, 2654435761) >>> 24;
    });
    batches.labels.forEach((_, i) => {
      batches.labels[i] = ((i % batchSize) * 7) % 4;
    });
    batches.weights.forEach((_, i) => {
      batches.weights[i] = i % batchSize === batchSize - 1 ? 0 : 1;
    });
    const results = await runner.run(state, batches, { firstStep: first, seed: 0, learningRate: () => 1 });
    losses.push(...results.map(({ loss }) => loss));
  }
  await runner.release();
  return { losses, state, initial, domains: domainsIn(step.onnx) };
}

/** Whether the file names the blocked operators. */
function domainsIn(onnx: Uint8Array): boolean {
  return Buffer.from(onnx).includes('com.microsoft.nchwc');
}

/** Over the tensors of a training, the largest difference as a part of what the training moved that tensor by. */
function largestDifference(plain: Awaited<ReturnType<typeof train>>, blocked: Awaited<ReturnType<typeof train>>) {
  let largest = 0;
  for (const [name, values] of plain.state.values) {
    const others = blocked.state.value(name);
    const start = plain.initial.get(name);
    let difference = 0;
    let moved = 1e-6;
    values.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - others[i]));
      moved = Math.max(moved, Math.abs(value - (start?.[i] ?? 0)));
    });
    largest = Math.max(largest, difference / moved);
  }
  return largest;
}

it.runIf(isExpected)('onnxruntime has the blocked layout here', () => {
  expect(lanes).not.toBeNull();
});

describe.runIf(lanes !== null)('steps in blocks', () => {
  it.each(CASES)('train as those in the plain layout do: $name', async (network) => {
    const plain = await train(network, null, 1);
    const blocked = await train(network, lanes, 1);
    expect([plain.domains, blocked.domains]).toEqual([false, true]);
    for (const [i, loss] of plain.losses.entries()) expect(blocked.losses[i]).toBeCloseTo(loss, 4);
    expect(largestDifference(plain, blocked)).toBeLessThan(DIFFERENCE_MAX);
  });

  it('give the same bits one by one and several in a run', async () => {
    const one = await train(CASES[2], lanes, 1);
    const several = await train(CASES[2], lanes, STEPS);
    expect(several.losses).toEqual(one.losses);
    for (const [name, values] of one.state.values) expect(several.state.value(name), name).toEqual(values);
  });

  it('go on with the same bits from what a state gives in the plain order', async () => {
    const whole = await train(CASES[2], lanes, 1);
    const first = await train({ ...CASES[2], steps: 1 }, lanes, 1);
    const rest = await train({ ...CASES[2], from: first.state.values }, lanes, 1);
    for (const [name, values] of whole.state.values) expect(rest.state.value(name), name).toEqual(values);
  });
});
