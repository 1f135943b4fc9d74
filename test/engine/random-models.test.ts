import { resolveOptimizer, TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../packages/engine/src/compile/preprocessing.js';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { Graph } from '../../packages/engine/src/graph/graph.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { forwardToLogits } from '../../packages/engine/src/model/forward.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters, parameterName } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { Dice, damage, randomSpec } from './random-specs.js';
import { openGraph } from './session.js';
import { TrainingRun } from './training-run.js';

const VALID = 200;
const DAMAGED = 2000;
const CLASSES = 3;

function build(spec: unknown): Model {
  return buildModel(parseModelSpec(spec), { image: { width: 8, height: 8, channels: 1 }, classes: CLASSES });
}

/** The model, or null where the specification was refused as it should be. Any other error is thrown. */
function buildOrRefuse(spec: unknown): Model | null {
  try {
    return build(spec);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec' || !error.errors?.length) throw error;
    for (const { pointer, detail } of error.errors) {
      expect(detail).toMatch(/expected /);
      expect(isPlaceIn(spec, pointer), `${pointer} in ${JSON.stringify(spec)}`).toBe(true);
    }
    return null;
  }
}

/** Whether a JSON pointer (RFC 6901) leads into `value`; its last step may be to something that is missing. */
function isPlaceIn(value: unknown, pointer: string): boolean {
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let place = value;
  for (const step of steps.slice(1)) {
    if (typeof place !== 'object' || place === null) return false;
    place = Object.getOwnPropertyDescriptor(place, step)?.value;
  }
  return steps[0] === '';
}

/** The first `count` random specifications that can be built. */
function validModels(count: number): { seed: number; model: Model }[] {
  const models: { seed: number; model: Model }[] = [];
  for (let seed = 0; models.length < count; seed++) {
    const model = buildOrRefuse(randomSpec(seed));
    if (model) models.push({ seed, model });
  }
  return models;
}

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
    graph.output(`layer ${i}`, forwardToLogits(start, images, { parameters }));
  });
  const session = await openGraph(graph);
  const results = await session.run({ pixels: new Uint8Array(sizeOf(pixels.shape)).fill(9) });
  await session.release();
  return model.layers.map((_, i) => results[`layer ${i}`].shape);
}

async function trainOnce(model: Model, dice: Dice): Promise<readonly number[]> {
  const { image } = model;
  const adam = resolveOptimizer({ type: 'adam', learning_rate: 0.01 });
  const sgd = resolveOptimizer({ type: 'sgd', learning_rate: 0.01, momentum: dice.one([0, 0.9]) });
  const step = compileTrainStep(model, {
    batchSize: dice.between(1, 3),
    optimizer: dice.one([adam, sgd]),
    loss: { type: 'categorical_crossentropy' },
    preprocessing: {
      scale: Array.from({ length: image.channels }, (_, i) => (i + 1) / 255),
      offset: Array.from({ length: image.channels }, (_, i) => i / 4),
    },
    stepsPerRun: dice.between(1, 2),
  });
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
      const losses = await trainOnce(model, new Dice(seed));
      expect(losses.every(Number.isFinite), `randomSpec(${seed}): losses ${losses}`).toBe(true);
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
