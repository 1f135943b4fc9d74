import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../packages/engine/src/compile/preprocessing.js';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { Graph } from '../../packages/engine/src/graph/graph.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { layers } from '../../packages/engine/src/layers/index.js';
import { forward } from '../../packages/engine/src/model/forward.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters, parameterName } from '../../packages/engine/src/model/parameters.js';
import { damage } from './damaged-specs.js';
import { Dice } from './dice.js';
import { lowerings, portable } from './lowerings.js';
import { relativeError } from './numbers.js';
import { buildOrRefuse, CLASSES, validModels } from './random-models.js';
import { randomSpec } from './random-specs.js';
import { openGraph } from './session.js';
import { hasBlocks, TrainingRun } from './training-run.js';

const VALID = 200;
const DAMAGED = 2000;
/** Of so many seeds one is trained in blocks as well. */
const IN_BLOCKS = 4;
const LOSS = resolveLoss('categorical_crossentropy');

/** What onnxruntime gives for the output of every layer, for a batch of two. */
async function computedShapes(model: Model): Promise<(readonly number[])[]> {
  const { image } = model;
  const graph = new Graph();
  const pixels = graph.input('pixels', 'uint8', [2, image.channels, image.height, image.width]);
  const values = initialParameters(model, 1);
  const parameters = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, graph.constant('float32', parameter.shape, values.get(name) ?? new Float32Array(), name)];
    }),
  );
  const ones = Array.from({ length: image.channels }, () => 1);
  const images = normalize(pixels, { scale: ones, offset: ones });
  model.layers.forEach((_, i) => {
    const start = { ...model, layers: model.layers.slice(0, i + 1) };
    graph.output(`layer ${i}`, forward(start, images, { parameters }).outputs);
  });
  const session = await openGraph(graph);
  const results = await session.run({ pixels: new Uint8Array(sizeOf(pixels.shape)).fill(9) });
  await session.release();
  return model.layers.map((_, i) => results[`layer ${i}`].shape);
}

/** Null where nothing of the model is computed in the blocks that were asked for. */
async function trainOnce(model: Model, seed: number, block: number | null): Promise<readonly number[] | null> {
  const dice = new Dice(seed);
  const { image } = model;
  const step = compileTrainStep(model, {
    batchSize: dice.between(1, 3),
    optimizer: resolveOptimizer(dice.one([{ type: 'adam' }, { type: 'sgd' }, { type: 'sgd', momentum: 0.9 }])),
    loss: LOSS,
    preprocessing: {
      scale: Array.from({ length: image.channels }, (_, i) => (i + 1) / 255),
      offset: Array.from({ length: image.channels }, (_, i) => i / 4),
    },
    stepsPerRun: dice.between(1, 2),
    block,
  });
  if (block !== null && !hasBlocks(step)) return null;
  const run = await TrainingRun.open(step, initialParameters(model, 3));
  const images = Uint8Array.from({ length: sizeOf(step.images.shape) }, () => dice.between(0, 255));
  const labels = Int32Array.from({ length: sizeOf(step.labels.shape) }, () => dice.between(0, CLASSES - 1));
  const { losses } = await run.run({ images, labels }, 0.01);
  for (const { name, shape } of step.state) expect(run.state.get(name)).toHaveLength(sizeOf(shape));
  await run.release();
  return losses;
}

describe(`${VALID} random specifications that can be built`, () => {
  const models = validModels(VALID);

  it('have layers of every type', () => {
    const types = models.flatMap(({ model }) => model.layers.map(({ spec }) => spec.type));
    // What an uploaded file holds is drawn by nobody; test/backbones is about that.
    const drawn = Object.keys(layers).filter((type) => type !== 'onnx_backbone');
    expect([...new Set(types)].sort()).toEqual(drawn.sort());
  });

  it('have in every layer the shape that onnxruntime computes', async () => {
    for (const { seed, model } of models) {
      const inferred = model.layers.map(({ plan: { output } }) =>
        output.kind === 'image' ? [2, output.channels, output.height, output.width] : [2, output.units],
      );
      expect(await computedShapes(model), `randomSpec(${seed})`).toEqual(inferred);
    }
  });

  it('train a step with a finite loss', async () => {
    for (const { seed, model } of models) {
      const used = seed % IN_BLOCKS === 0 ? lowerings : [portable];
      const [losses, ...inBlocks] = await Promise.all(used.map(({ block }) => trainOnce(model, seed, block)));
      expect(losses?.every(Number.isFinite), `randomSpec(${seed}): losses ${losses}`).toBe(true);
      for (const others of inBlocks) {
        const difference = relativeError(others ?? losses ?? [], losses ?? []);
        expect(difference, `randomSpec(${seed}) in blocks: losses ${others} for ${losses}`).toBeLessThan(1e-3);
      }
    }
  });
});

describe('specifications that cannot be built', () => {
  it('are refused as invalid_spec, with a pointer for each error', () => {
    let refused = 0;
    for (let seed = 0; seed < DAMAGED; seed++) {
      if (!buildOrRefuse(damage(randomSpec(seed), seed))) refused++;
    }
    expect(refused).toBeGreaterThan(DAMAGED / 2);
  });
});
