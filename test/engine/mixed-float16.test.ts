import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileTrainStep, type TrainStepOptions } from '../../packages/engine/src/compile/train-step.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { typedNodes } from './cuda/onnx-nodes.js';
import { TrainingRun } from './training-run.js';

const IMAGE = { width: 8, height: 8, channels: 1 } as const;
const BATCH = 16;
const SCALE = 'optimizer/loss_scale';
const GOOD_STEPS = 'optimizer/loss_scale_good_steps';
/** Half the distance between float16 numbers near 1, some times over: a step has several products in a row. */
const LOSS_TOLERANCE = 5e-3;

const model = buildModel(
  parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 6, kernel_size: 3, strides: 2, padding: 'same', use_bias: false },
      { type: 'batch_normalization' },
      { type: 'relu' },
      { type: 'depthwise_conv2d', kernel_size: 3, padding: 'same' },
      { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'tanh' },
      { type: 'flatten' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  }),
  { image: IMAGE, classes: 3 },
);

const images = Array.from({ length: BATCH * 64 }, (_, i) => (Math.imul(i, 2654435761) >>> 16) % 256);
const batch = { images, labels: Array.from({ length: BATCH }, (_, row) => row % 3) };

function compile(options: Partial<TrainStepOptions>) {
  return compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer({ type: 'adam', learning_rate: 0.01 }),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: { scale: [1 / 255], offset: [0] },
    averageDecay: 0.9,
    stepsPerRun: 1,
    packsState: true,
    ...options,
  });
}

function open(options: Partial<TrainStepOptions>, scale: Readonly<Record<string, number>> = {}): Promise<TrainingRun> {
  const held = Object.entries(scale).map(([name, value]) => [name, [value]] as const);
  return TrainingRun.open(
    compile(options),
    new Map<string, ArrayLike<number>>([...initialParameters(model, 3), ...held]),
  );
}

async function lossesOf(run: TrainingRun, steps: number): Promise<number[]> {
  const losses: number[] = [];
  while (losses.length < steps) {
    const repeat = (values: readonly number[]) => Array.from({ length: run.step.stepsPerRun }, () => values).flat();
    const weights = repeat(Array<number>(BATCH).fill(1));
    const filled = { images: repeat(batch.images), labels: repeat(batch.labels), weights };
    losses.push(...(await run.run(filled, 0.01)).losses);
  }
  return losses;
}

describe('mixed_float16', () => {
  it('computes products in float16 but those of depthwise convolutions, and keeps all else in float32', () => {
    const { nodes } = typedNodes(compile({ precision: 'mixed_float16', stepsPerRun: 2 }).onnx);
    const products = nodes.filter(({ type }) => ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'].includes(type));
    const inHalf = products.filter(({ inputTypes }) => inputTypes.every((dtype) => dtype === 'float16'));
    expect(products.length - inHalf.length).toBe(2);
    expect(inHalf.length).toBeGreaterThan(5);
    const others = nodes.filter(({ type }) => ['Add', 'Sqrt', 'Where', 'ReduceSum', 'LogSoftmax'].includes(type));
    expect(others.filter(({ inputTypes }) => inputTypes.includes('float16'))).toEqual([]);
  });

  it('trains as float32 does, but for rounding, and the same with several steps in a run', async () => {
    const [single, half, several] = await Promise.all([
      open({}),
      open({ precision: 'mixed_float16' }),
      open({ precision: 'mixed_float16', stepsPerRun: 4 }),
    ]);
    const expected = await lossesOf(single, 24);
    const losses = await lossesOf(half, 24);
    const differences = losses.map((loss, i) => Math.abs(loss - expected[i]));
    expect(Math.max(...differences)).toBeLessThan(LOSS_TOLERANCE);
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(losses[23]).toBeLessThan(losses[0] / 2);
    expect(await lossesOf(several, 24)).toEqual(losses);
    expect([...(half.state.get(SCALE) ?? []), ...(half.state.get(GOOD_STEPS) ?? [])]).toEqual([2 ** 15, 24]);
  });

  it('leaves everything as it was where a gradient is not finite, and halves the scale', async () => {
    const run = await open({ precision: 'mixed_float16' }, { [SCALE]: 2 ** 40, [GOOD_STEPS]: 7 });
    const before = new Map([...run.state].map(([name, values]) => [name, [...values]]));
    const [loss] = await lossesOf(run, 1);
    expect(loss).toBeGreaterThan(0);
    const after = new Map([...run.state].map(([name, values]) => [name, [...values]]));
    expect(after).toEqual(new Map([...before, [SCALE, [2 ** 39]], [GOOD_STEPS, [0]]]));
    await lossesOf(run, 40);
    expect(run.state.get(SCALE)?.[0]).toBeLessThan(2 ** 30);
    expect(run.state.get(GOOD_STEPS)?.[0]).toBeGreaterThan(0);
  });

  it('doubles the scale behind 2,000 good steps', async () => {
    const run = await open({ precision: 'mixed_float16' }, { [SCALE]: 1024, [GOOD_STEPS]: 1998 });
    await lossesOf(run, 1);
    expect([run.state.get(SCALE)?.[0], run.state.get(GOOD_STEPS)?.[0]]).toEqual([1024, 1999]);
    await lossesOf(run, 1);
    expect([run.state.get(SCALE)?.[0], run.state.get(GOOD_STEPS)?.[0]]).toEqual([2048, 0]);
  });

  it('is of the portable lowering alone', () => {
    expect(() => compile({ precision: 'mixed_float16', block: 16 })).toThrow('mixed_float16');
  });
});
