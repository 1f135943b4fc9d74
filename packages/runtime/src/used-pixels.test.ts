// A training step computes only pixels that are used. The probe computes all of them: its loss and gradients are the same.
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import {
  buildModel,
  compileProbe,
  compileTrainStep,
  initialParameters,
  type Model,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { blockedLanes } from './blocked-lanes.js';
import { createSession, type Feeds, float32Tensor, int32Tensor, type TensorValue, uint8Tensor } from './session.js';
import { StepRunner } from './step-runner.js';
import { TrainState } from './train-state.js';

const BATCH = 3;
const SIDES = { width: 22, height: 21 };
/** Float32 sums in another order, of gradients of about 0.1. */
const DIFFERENCE_MAX = 2e-6;
const lanes = await blockedLanes();

const same = { padding: 'same' };
const CASES = [
  {
    name: 'from pools to the image',
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, activation: 'tanh' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'conv2d', filters: 16, kernel_size: [3, 2], activation: 'relu' },
      { type: 'average_pooling2d', pool_size: 2 },
    ],
  },
  {
    name: 'with strides, dilation and zeros at the border',
    layers: [
      { type: 'conv2d', filters: 16, kernel_size: 3, strides: 2, ...same, activation: 'tanh' },
      { type: 'depthwise_conv2d', kernel_size: 3, ...same },
      { type: 'conv2d', filters: 16, kernel_size: 3, dilation_rate: 2, ...same },
      { type: 'leaky_relu' },
      { type: 'average_pooling2d', pool_size: 3, strides: 2 },
      { type: 'max_pooling2d', pool_size: 2, strides: 2 },
    ],
  },
];

const images = Uint8Array.from(
  { length: BATCH * 3 * SIDES.width * SIDES.height },
  (_, i) => Math.imul(i, 2654435761) >>> 24,
);
const labels = Int32Array.of(0, 1, 2);
const options = {
  batchSize: BATCH,
  loss: resolveLoss('categorical_crossentropy'),
  preprocessing: preprocessingFor('unit', { mean: [], std: [] }, 3),
};

/** One step of plain descent with a rate of 1 moves each weight by its gradient. */
async function byStep(model: Model, block: number | null) {
  const step = compileTrainStep(model, {
    ...options,
    optimizer: resolveOptimizer({ type: 'sgd' }),
    stepsPerRun: 1,
    block,
  });
  const runner = await StepRunner.open(step, { device: 'cpu', threads: 1 });
  const initial = initialParameters(model, 1);
  const state = new TrainState(step.state, initial);
  const [batches] = runner.buffers;
  batches.images.set(images);
  batches.labels.set(labels);
  batches.weights.fill(1);
  const [{ loss }] = await runner.run(state, batches, { firstStep: 1, seed: 0, learningRate: () => 1 });
  await runner.release();
  const gradients = [...initial].map(([name, before]) => {
    const after = state.value(name);
    return [name, before.map((value, i) => value - after[i])] as const;
  });
  return { loss, gradients: new Map(gradients) };
}

async function byProbe(model: Model) {
  const probe = compileProbe(model, options);
  const session = await createSession(probe.onnx, { device: 'cpu', threads: 1 });
  const initial = initialParameters(model, 1);
  const feeds: Feeds = {
    [probe.images.name]: uint8Tensor(images, probe.images.shape),
    [probe.labels.name]: int32Tensor(labels, probe.labels.shape),
    ...Object.fromEntries(
      probe.parameters.map(({ name, input, shape }) => [
        input,
        float32Tensor(initial.get(name) ?? new Float32Array(), shape),
      ]),
    ),
  };
  const results = await session.run(feeds);
  await session.release();
  const floats = (value: TensorValue) => Float32Array.from(value.data);
  return {
    loss: floats(results[probe.loss])[0],
    gradients: new Map(probe.weights.map(({ name, output }) => [name, floats(results[output])])),
  };
}

describe.each([null, lanes])('a step that leaves out what is not used, in blocks of %s', (block) => {
  it.each(CASES)('has the loss and the gradients of all: $name', async ({ layers }) => {
    const end = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];
    const model = buildModel(parseModelSpec({ layers: [...layers, ...end] }), {
      image: { ...SIDES, channels: 3 },
      classes: 3,
    });
    const [part, whole] = [await byStep(model, block), await byProbe(model)];
    expect(part.loss).toBeCloseTo(whole.loss, 5);
    for (const [name, gradient] of whole.gradients) {
      const largest = Math.max(
        ...gradient.map((value, i) => Math.abs(value - (part.gradients.get(name)?.[i] ?? Number.NaN))),
      );
      expect(largest, name).toBeLessThan(DIFFERENCE_MAX);
    }
  });
});
