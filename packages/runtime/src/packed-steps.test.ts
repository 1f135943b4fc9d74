// Training steps whose small tensors are packed into one vector of each kind, beside the same steps with each by itself.
import { type Optimizer, resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import {
  buildModel,
  compileTrainStep,
  initialParameters,
  parseModelSpec,
  preprocessingFor,
  readOnnxModel,
} from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { blockedLanes } from './blocked-lanes.js';
import { StepRunner } from './step-runner.js';
import { TrainState } from './train-state.js';

const BATCH = 4;
const STEPS = 4;
const lanes = await blockedLanes();

const same = { padding: 'same', use_bias: false };
const LAYERS = [
  { type: 'conv2d', name: 'stem', filters: 12, kernel_size: 3, ...same },
  { type: 'batch_normalization', name: 'norm' },
  { type: 'activation', activation: 'relu' },
  { type: 'depthwise_conv2d', kernel_size: 3, ...same },
  { type: 'conv2d', filters: 20, kernel_size: 1, bias_constraint: { type: 'max_norm', max_value: 0.01 } },
  { type: 'global_average_pooling2d' },
  { type: 'dense', name: 'head', units: 'classes', activation: 'softmax' },
];

const model = buildModel(parseModelSpec({ layers: LAYERS }), {
  image: { width: 8, height: 8, channels: 3 },
  classes: 3,
});

interface Setting {
  optimizer: Partial<Optimizer> & Pick<Optimizer, 'type'>;
  block: number | null;
  stepsPerRun?: number;
}

function compile({ optimizer, block, stepsPerRun = 1 }: Setting, packsState: boolean) {
  return compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer(optimizer),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor('unit', { mean: [], std: [] }, 3),
    layerRates: [{ layers: 'head', factor: 3 }],
    clipNorm: 0.5,
    averageDecay: 0.9,
    ...{ block, stepsPerRun, packsState },
  });
}

async function train(setting: Setting, packsState: boolean, from?: ReadonlyMap<string, Float32Array>) {
  const step = compile(setting, packsState);
  const runner = await StepRunner.open(step, { device: 'cpu', threads: 1 });
  const state = new TrainState(step.state, from ?? initialParameters(model, 1));
  for (let firstStep = from ? STEPS + 1 : 1; firstStep <= (from ? 2 : 1) * STEPS; firstStep += step.stepsPerRun) {
    const [batches] = runner.buffers;
    const size = batches.images.length / step.stepsPerRun;
    batches.images.forEach((_, i) => {
      batches.images[i] = Math.imul(i + firstStep * size, 2654435761) >>> 24;
    });
    batches.labels.forEach((_, i) => {
      batches.labels[i] = i % 3;
    });
    batches.weights.fill(1);
    await runner.run(state, batches, { firstStep, seed: 0, learningRate: () => 0.1 });
  }
  await runner.release();
  return state;
}

const SETTINGS: Setting[] = [
  { optimizer: { type: 'adam', amsgrad: true, weight_decay: 0.01 }, block: null },
  { optimizer: { type: 'sgd', momentum: 0.9 }, block: null, stepsPerRun: 2 },
  { optimizer: { type: 'adam' }, block: lanes },
  { optimizer: { type: 'rmsprop', momentum: 0.5, centered: true }, block: lanes, stepsPerRun: 2 },
];

describe('packed steps', () => {
  it.each(SETTINGS)('give the same bits as others: $optimizer.type in blocks of $block', async (setting) => {
    const apart = await train(setting, false);
    const packed = await train(setting, true);
    for (const [name, values] of apart.values) expect(packed.value(name), name).toEqual(values);
    const goneOn = await train(setting, true, packed.values);
    const whole = await train(setting, false, apart.values);
    for (const [name, values] of whole.values) expect(goneOn.value(name), name).toEqual(values);
  });

  it('have one set of passes for each learning rate, and leave out weights with a constraint', () => {
    const setting = { optimizer: { type: 'adam' }, block: null } as const;
    const sqrts = (packs: boolean) =>
      readOnnxModel(compile(setting, packs).onnx).nodes.filter(({ type }) => type === 'Sqrt').length;
    // Two of the batch, one each of the clipping and the constraint; Adam's eight, or for two rates and the bias by itself.
    expect([sqrts(false), sqrts(true)]).toEqual([12, 7]);
    const carried = compile(setting, true).carried.map(({ input }) => input);
    expect(carried.filter((input) => input.startsWith('packed/'))).toEqual([
      ...['packed/0/weight', 'packed/0/m', 'packed/0/v', 'packed/0/average'],
      ...['packed/1/weight', 'packed/1/m', 'packed/1/v', 'packed/1/average'],
    ]);
  });
});
