import { beforeAll, describe, expect, it } from 'vitest';
import { compileEvaluation } from '../../packages/engine/src/compile/evaluation.js';
import { compilePredictor } from '../../packages/engine/src/compile/predictor.js';
import { preprocessingFor } from '../../packages/engine/src/compile/preprocessing.js';
import { layers } from '../../packages/engine/src/layers/index.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { EVERY_LAYER } from './every-layer.js';
import { anyNumbers, relativeError } from './numbers.js';
import { crossEntropyOf, referenceLogits, softmaxOf } from './reference-model.js';
import { type InputType, openOnnx, type Result } from './session.js';

const HEIGHT = 9;
const WIDTH = 11;
const CHANNELS = 3;
const PLANE = HEIGHT * WIDTH;
const CLASSES = 4;
const ROWS = 7;
const LABELS = [0, 1, 2, 3, 0, 1, 2];

const model = buildModel(
  parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 6, kernel_size: [3, 2], padding: 'same', activation: 'relu' },
      { type: 'dropout', rate: 0.5 },
      { type: 'max_pooling2d', pool_size: 3, strides: 2 },
      { type: 'conv2d', filters: 5, kernel_size: 2, activation: 'softmax' },
      { type: 'flatten' },
      { type: 'dense', units: 8, activation: 'leaky_relu' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  }),
  { image: { width: WIDTH, height: HEIGHT, channels: CHANNELS }, classes: CLASSES },
);
const whole = buildModel(parseModelSpec({ layers: EVERY_LAYER }), {
  image: { width: WIDTH, height: HEIGHT, channels: CHANNELS },
  classes: CLASSES,
});
const parameters = initialParameters(model, 12);
const preprocessing = preprocessingFor('standardize', { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] }, CHANNELS);

/** [N, H, W, C], as the predictor takes them. */
const interleaved = Uint8Array.from(anyNumbers(1, 0, ROWS * PLANE * CHANNELS), (x) => Math.round((x + 2) * 63));
/** The same as [N, C, H, W]. */
const planar = Uint8Array.from({ length: interleaved.length }, (_, i) => {
  const [row, channel, place] = [Math.floor(i / (PLANE * CHANNELS)), Math.floor(i / PLANE) % CHANNELS, i % PLANE];
  return interleaved[(row * PLANE + place) * CHANNELS + channel];
});

type Parameters = ReadonlyMap<string, Float32Array>;

async function evaluate(model: Model, parameters: Parameters): Promise<Readonly<Record<string, Result>>> {
  const graph = compileEvaluation(model, {
    batchSize: ROWS,
    preprocessing,
    loss: { type: 'categorical_crossentropy' },
  });
  const types = new Map<string, InputType>([
    ...graph.parameters.map(({ input, shape }) => [input, { dtype: 'float32', shape }] as const),
    [graph.images.name, graph.images],
    [graph.labels.name, graph.labels],
  ]);
  const session = await openOnnx(graph.onnx, types);
  const weights = graph.parameters.map(({ name, input }) => [input, parameters.get(name) ?? []] as const);
  const feeds = { ...Object.fromEntries(weights), [graph.images.name]: planar, [graph.labels.name]: LABELS };
  const results = await session.run(feeds);
  await session.release();
  return { losses: results[graph.losses], probabilities: results[graph.predictions.name] };
}

async function predict(model: Model, parameters: Parameters, from: number, batch: number): Promise<Result> {
  const labels = ['a', 'b', 'c', 'd'];
  const { onnx, image, output } = compilePredictor(model, { parameters, preprocessing, labels, fit: 'cover' });
  const shape = [batch, ...image.shape.slice(1)];
  const session = await openOnnx(onnx, new Map([[image.name, { dtype: image.dtype, shape }]]));
  const size = PLANE * CHANNELS;
  const results = await session.run({ [image.name]: interleaved.subarray(from * size, (from + batch) * size) });
  await session.release();
  return results[output];
}

describe('evaluation', () => {
  let evaluated: Awaited<ReturnType<typeof evaluate>>;
  beforeAll(async () => {
    evaluated = await evaluate(model, parameters);
  });

  it('gives the probabilities and losses of a plain float64 model', () => {
    for (let row = 0; row < ROWS; row++) {
      const pixels = Float64Array.from({ length: PLANE * CHANNELS }, (_, i) => {
        const channel = Math.floor(i / PLANE);
        const pixel = planar[row * PLANE * CHANNELS + i];
        return pixel * preprocessing.scale[channel] + preprocessing.offset[channel];
      });
      const logits = referenceLogits(model, parameters, { pixels });
      const found = evaluated.probabilities.data.subarray(row * CLASSES, (row + 1) * CLASSES);
      expect(relativeError(found, softmaxOf(logits))).toBeLessThan(1e-5);
      expect(evaluated.losses.data[row]).toBeCloseTo(crossEntropyOf(logits, LABELS[row]), 5);
    }
  });

  it.each([1, 3, 7])('gives the same rows as the exported model with a batch of %i', async (batch) => {
    for (let from = 0; from + batch <= ROWS; from += batch) {
      const { shape, data } = await predict(model, parameters, from, batch);
      expect(shape).toEqual([batch, CLASSES]);
      const expected = evaluated.probabilities.data.subarray(from * CLASSES, (from + batch) * CLASSES);
      expect(relativeError(data, expected)).toBeLessThan(1e-6);
    }
  });
});

describe('a model with every kind of layer', () => {
  it('has every kind of layer', () => {
    expect(new Set(whole.layers.map(({ spec }) => spec.type))).toEqual(new Set(Object.keys(layers)));
  });

  it.each([1, 3, 7])(
    'is exported with an open batch: %i rows at once give what each gives in an evaluation',
    async (batch) => {
      const weights = initialParameters(whole, 5);
      const evaluated = await evaluate(whole, weights);
      const { shape, data } = await predict(whole, weights, 0, batch);
      expect(shape).toEqual([batch, CLASSES]);
      expect(relativeError(data, evaluated.probabilities.data.subarray(0, batch * CLASSES))).toBeLessThan(1e-5);
      expect(new Set(data).size).toBeGreaterThan(batch);
    },
  );
});
