// The same weights and images give the same outputs in Keras, where there is one, as in the ONNX file that we export.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportKeras, importKeras, type KerasVersion } from '@trainyard/engine';
import { describe, expect, it, type TestContext } from 'vitest';
import { compilePredictor } from '../../packages/engine/src/compile/predictor.js';
import type { FeatureShape, ParameterSpec } from '../../packages/engine/src/layers/layer.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { BuiltLayer, Model } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { presets } from '../../packages/engine/src/presets/index.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { sharedData } from '../setup/index.js';
import { everyLayer } from './keras-every-layer.js';
import { askKeras, type Loaded, requireKeras } from './keras-process.js';
import { anyNumbers } from './numbers.js';
import counts from './oracles/keras-counts.json' with { type: 'json' };
import { openOnnx } from './session.js';

const ROWS = 2;
const data = { image: { width: 9, height: 8, channels: 3 as const }, classes: 5 };
const ends = [
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'outputs', units: 6 },
];

const first = { type: 'conv2d', name: 'first', filters: 4, kernel_size: 1 };
const bent = { type: 'activation', name: 'bent', activation: 'tanh' };
const vector = [first, { type: 'flatten', name: 'all' }, { type: 'dense', name: 'some', units: 24 }];

type Layer = (typeof everyLayer.layers)[number] & { readonly inputs?: readonly string[] };

/** A layer of the model that has them all, by itself between an image, or a vector, and a dense layer. */
function alone({ inputs = [], ...layer }: Layer): object[] {
  if (inputs.length > 1) return [first, bent, { ...layer, inputs: ['bent', 'first', 'bent'].slice(0, inputs.length) }];
  if (OF_COLOURS.includes(layer.type)) return [layer];
  return [...(OF_VECTORS.includes(layer.type) ? vector : [first]), layer];
}

/** With a number for each of three channels. */
const OF_COLOURS = ['rescaling', 'normalization'];
const OF_VECTORS = ['dense', 'reshape'];

function modelsOf(): Map<string, Model> {
  const models = new Map<string, Model>();
  for (const layer of everyLayer.layers) {
    models.set(layer.name, buildModel(parseModelSpec({ layers: [...alone(layer), ...ends] }), data));
  }
  for (const id of ['course', 'resnet8', 'mobilenet_small']) {
    models.set(id, buildModel(parseModelSpec(presets[id].spec), data));
  }
  return models;
}

/** Weights that no layer starts with, so that none of them is without effect. */
function parametersOf(model: Model): Map<string, Float32Array> {
  return new Map(
    model.parameters.map((parameter, i) => {
      const size = parameter.shape.reduce((product, side) => product * side, 1);
      const spread = Math.sqrt(3 / Math.max(parameter.fan.in, 1));
      const values = Float32Array.from(anyNumbers(7, i, size), (x) => x * spread);
      const isPositive = parameter.name === 'moving_variance';
      return [parameterName(parameter), isPositive ? values.map((x) => 0.5 + Math.abs(x)) : values];
    }),
  );
}

/** The numbers of a weight in Keras' order of axes. */
function inKerasOrder(values: Float32Array, { shape, kerasAxes = [...shape.keys()] }: ParameterSpec): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  return kerasAxes
    .reduce<number[]>(
      (offsets, axis) => {
        return offsets.flatMap((offset) => Array.from({ length: shape[axis] }, (_, i) => offset + i * strides[axis]));
      },
      [0],
    )
    .map((offset) => values[offset]);
}

/** Rows of a dense kernel that takes a flattened image stand as channels, rows, columns here. */
function rowsInKerasOrder(kernel: readonly number[], input: FeatureShape): number[] {
  if (input.kind !== 'vector' || !input.image) return [...kernel];
  const { height, width, channels } = input.image;
  const columns = kernel.length / input.units;
  return Array.from({ length: input.units }, (_, row) => {
    const [place, channel] = [Math.floor(row / channels), row % channels];
    const own = channel * height * width + place;
    return kernel.slice(own * columns, (own + 1) * columns);
  }).flat();
}

function weightsOf({ spec, inputs, plan }: BuiltLayer, parameters: ReadonlyMap<string, Float32Array>): number[][] {
  return plan.parameters.map((parameter) => {
    const values = parameters.get(parameterName({ layer: spec.name, name: parameter.name })) ?? new Float32Array();
    const ordered = inKerasOrder(values, parameter);
    return spec.type === 'dense' && parameter.name === 'kernel' ? rowsInKerasOrder(ordered, inputs[0]) : ordered;
  });
}

async function predict(
  model: Model,
  parameters: ReadonlyMap<string, Float32Array>,
  pixels: Uint8Array,
): Promise<Float64Array> {
  const perChannel = (value: number) => Array.from({ length: model.image.channels }, () => value);
  const preprocessing = { scale: perChannel(1 / 64), offset: perChannel(-2) };
  const { onnx, image, output } = compilePredictor(model, { parameters, preprocessing, labels: [], fit: 'fill' });
  const type = { dtype: image.dtype, shape: [ROWS, ...image.shape.slice(1)] };
  const session = await openOnnx(onnx, new Map([[image.name, type]]));
  const results = await session.run({ [image.name]: pixels });
  await session.release();
  return results[output].data;
}

function pixelsOf({ image }: Model): Uint8Array {
  return Uint8Array.from(anyNumbers(3, 0, ROWS * image.height * image.width * image.channels), (x) =>
    Math.round((x + 2) * 63),
  );
}

/** A model of the specification as it was parsed. */
const specOf = (model: Model) => ({
  input: { ...model.image, channels: model.image.channels === 1 ? 1 : 3 } as const,
  layers: model.layers.map(({ spec }) => spec),
});

/** Asks Keras to run each document with the weights of our model of it, and compares what comes out. */
async function compareOutputs(cases: ReadonlyMap<string, { model: Model; version: KerasVersion; document: unknown }>) {
  const questions = [...cases].map(([name, { model, version, document }]) => {
    const parameters = parametersOf(model);
    const weights = Object.fromEntries(model.layers.map((layer) => [layer.spec.name, weightsOf(layer, parameters)]));
    const images = Array.from(pixelsOf(model), (pixel) => pixel / 64 - 2);
    return [name, { version, document, run: { weights, images } }] as const;
  });
  const answers = askKeras<Record<string, Loaded>>(Object.fromEntries(questions));
  for (const [name, { model }] of cases) {
    const { values, error } = answers[name];
    expect(error, name).toBeUndefined();
    const ours = await predict(model, parametersOf(model), pixelsOf(model));
    expect(values, name).toHaveLength(ours.length);
    const largest = ours.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest, name).toBeGreaterThan(1e-3);
    const difference = ours.reduce((most, x, i) => Math.max(most, Math.abs(x - (values?.[i] ?? Number.NaN))), 0);
    expect(difference / largest, name).toBeLessThan(TOLERANCE);
  }
}

const TOLERANCE = 1e-5;

interface Count {
  readonly parameters?: number;
  readonly loader?: string;
  readonly error?: string;
}

/** Models of more weights take minutes to write as text. */
const LARGEST = 1_500_000;

/** Files of one version of Keras as they were posted, and our models of them. */
function postedModels(context: TestContext, version: KerasVersion) {
  const models = Object.entries<Count>(counts).flatMap(([name, count]) => {
    const isOfVersion = count.loader?.startsWith(version === 'keras3' ? 'keras 3' : 'tf_keras');
    if (!isOfVersion || name.startsWith('k1') || (count.parameters ?? LARGEST) >= LARGEST) return [];
    const text = readFileSync(sharedData(context, join('keras-json', name)), 'utf8');
    const posted: unknown = JSON.parse(text);
    const document: unknown = typeof posted === 'string' ? JSON.parse(posted) : posted;
    return [[name, { model: buildModel(parseModelSpec(importKeras(posted).spec), data), version, document }] as const];
  });
  expect(models.length).toBeGreaterThan(1);
  return new Map(models);
}

describe.each<KerasVersion>(['keras3', 'keras2'])('%s', (version) => {
  it('gives what we give, for every layer, activation and some whole models', async (context) => {
    requireKeras(context, version);
    const models = [...modelsOf()];
    expect(models.length).toBeGreaterThan(80);
    const cases = models.map(([name, model]) => {
      return [name, { model, version, document: exportKeras(specOf(model), data, version) }] as const;
    });
    await compareOutputs(new Map(cases));
  });

  it('gives what we give, for models that people posted', async (context) => {
    requireKeras(context, version);
    await compareOutputs(postedModels(context, version));
  });
});
