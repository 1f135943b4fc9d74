import { readFileSync } from 'node:fs';
import { type OptimizerOptions, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { type Shape, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { TrainingRun } from './training-run.js';

/** One training that oracles/torch_curves.py stored. */
interface Curve {
  readonly name: string;
  readonly channels: 1 | 3;
  readonly side: number;
  readonly layers: readonly object[];
  readonly optimizer: OptimizerOptions;
  readonly weight_sum: number;
  readonly weight_sum_after: number;
  readonly loss_float32: readonly number[];
  readonly loss_float64: readonly number[];
}

interface Curves {
  readonly batch: number;
  readonly batches: number;
  readonly classes: number;
  readonly curves: readonly Curve[];
}

const FILE = new URL('./oracles/torch-curves.json', import.meta.url);
const { batch, batches, classes, curves }: Curves = JSON.parse(readFileSync(FILE, 'utf8'));
const PREPROCESSING = { scale: 1 / 255, offset: 0 };

/** The generator of the script: the upper 24 of 32 bits. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

function makeImages(next: () => number, [images, channels, height, width]: Shape): Uint8Array {
  const plane = height * width;
  return Uint8Array.from({ length: images * channels * plane }, (_, i) => {
    const label = Math.floor(i / (channels * plane)) % classes;
    const stripe = (Math.floor((i % plane) / width) + (i % width)) % classes;
    return (next() % 128) + (stripe === label ? 127 : 0);
  });
}

function makeWeights(next: () => number, { parameters }: Model): Map<string, Float32Array> {
  let limit = 0;
  return new Map(
    parameters.map((parameter) => {
      if (parameter.name === 'kernel') limit = parameter.fan.in ** -0.5;
      const values = Float32Array.from({ length: sizeOf(parameter.shape) }, () => (next() / 2 ** 23 - 1) * limit);
      return [parameterName(parameter), values];
    }),
  );
}

function sumOf(weights: Iterable<ArrayLike<number>>): number {
  let sum = 0;
  for (const list of weights) for (let i = 0; i < list.length; i++) sum += list[i];
  return sum;
}

async function train({ channels, side, layers, optimizer, loss_float64 }: Curve) {
  const image = { width: side, height: side, channels };
  const model = buildModel(parseModelSpec({ layers }), { image, classes });
  const resolved = resolveOptimizer(optimizer);
  const step = compileTrainStep(model, {
    batchSize: batch,
    optimizer: resolved,
    loss: { type: 'categorical_crossentropy' },
    preprocessing: {
      scale: Array.from({ length: channels }, () => PREPROCESSING.scale),
      offset: Array.from({ length: channels }, () => PREPROCESSING.offset),
    },
    stepsPerRun: 1,
  });
  const next = generator(2026);
  const images = makeImages(next, [batch * batches, channels, side, side]);
  const weights = makeWeights(next, model);
  const perBatch = images.length / batches;
  const run = await TrainingRun.open(step, weights);
  const losses: number[] = [];
  for (let i = 0; i < loss_float64.length; i++) {
    const place = i % batches;
    const labels = Array.from({ length: batch }, (_, row) => (place * batch + row) % classes);
    const pixels = images.subarray(place * perBatch, (place + 1) * perBatch);
    losses.push(...(await run.run({ images: pixels, labels }, resolved.learning_rate)).losses);
  }
  await run.release();
  const trained = step.state.filter(({ role }) => role === 'parameter').map(({ name }) => run.state.get(name) ?? []);
  return { losses, before: sumOf(weights.values()), after: sumOf(trained) };
}

function farthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
}

describe('100 training steps follow PyTorch within 1e-4', () => {
  it.each(curves)('$name, $optimizer.type', async (curve) => {
    const { losses, before, after } = await train(curve);
    expect(before, 'the initial weights are the same').toBeCloseTo(curve.weight_sum, 4);
    expect(losses).toHaveLength(100);
    expect(farthest(losses, curve.loss_float32)).toBeLessThan(1e-4);
    expect(farthest(losses, curve.loss_float64)).toBeLessThan(1e-4);
    expect(after).toBeCloseTo(curve.weight_sum_after, 2);
  });
});
