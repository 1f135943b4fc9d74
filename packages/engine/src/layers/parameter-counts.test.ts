import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { layerDefinition } from './index.js';
import type { FeatureShape } from './layer.js';

const IMAGE: FeatureShape = { kind: 'image', height: 5, width: 6, channels: 4 };
const VECTOR: FeatureShape = { kind: 'vector', units: 12 };

function planOf(layer: Record<string, unknown>, input: FeatureShape) {
  const [spec] = parseModelSpec({ layers: [layer] }).layers;
  return layerDefinition(spec.type).plan(spec, [input], { classes: 3 });
}

/** Numbers that are trained and that are not, as Keras' summary counts them. */
function countsOf(layer: Record<string, unknown>, input: FeatureShape): [number, number] {
  const count = (isTrained: boolean) =>
    planOf(layer, input)
      .parameters.filter(({ trainable }) => (trainable !== false) === isTrained)
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return [count(true), count(false)];
}

const norm = { type: 'batch_normalization' };
const layerNorm = { type: 'layer_normalization' };

describe('a layer has as many parameters as Keras counts', () => {
  it.each([
    [norm, IMAGE, 8, 8],
    [norm, VECTOR, 24, 24],
    [{ ...norm, axis: 3 }, IMAGE, 8, 8],
    [{ ...norm, scale: false }, IMAGE, 4, 8],
    [{ ...norm, center: false, scale: false }, IMAGE, 0, 8],
    [layerNorm, IMAGE, 8, 0],
    [layerNorm, VECTOR, 24, 0],
    [{ ...layerNorm, axis: [1, 2, 3] }, IMAGE, 240, 0],
    [{ ...layerNorm, axis: [-3, -2] }, IMAGE, 60, 0],
    [{ ...layerNorm, axis: 2, center: false }, IMAGE, 6, 0],
    [{ type: 'prelu' }, IMAGE, 120, 0],
    [{ type: 'prelu', shared_axes: [1, 2] }, IMAGE, 4, 0],
    [{ type: 'prelu', shared_axes: 3 }, IMAGE, 30, 0],
    [{ type: 'prelu' }, VECTOR, 12, 0],
    [{ type: 'dense', units: 7 }, VECTOR, 91, 0],
    [{ type: 'dense', units: 7, use_bias: false }, VECTOR, 84, 0],
    [{ type: 'dense', units: 7 }, IMAGE, 35, 0],
    [{ type: 'dense', units: 'classes' }, VECTOR, 39, 0],
    [{ type: 'relu', max_value: 2 }, IMAGE, 0, 0],
    [{ type: 'rescaling', scale: 2 }, IMAGE, 0, 0],
    [{ type: 'normalization', mean: 0, variance: 1 }, IMAGE, 0, 0],
    [{ type: 'spatial_dropout2d', rate: 0.5 }, IMAGE, 0, 0],
    [{ type: 'gaussian_noise', stddev: 1 }, VECTOR, 0, 0],
  ])('%j', (layer, input, trained, kept) => {
    expect(countsOf(layer, input)).toEqual([trained, kept]);
  });
});

describe('a weight lies in the order', () => {
  /** Sizes in Keras' layout. */
  function kerasShapes(layer: Record<string, unknown>, input: FeatureShape) {
    const shapes = planOf(layer, input).parameters.map(({ name, shape, kerasAxes = [...shape.keys()] }) => [
      name,
      kerasAxes.map((axis) => shape[axis]),
    ]);
    return Object.fromEntries(shapes);
  }

  it.each([
    [{ type: 'prelu' }, { alpha: [5, 6, 4] }],
    [{ type: 'prelu', shared_axes: [1] }, { alpha: [1, 6, 4] }],
    [
      { ...layerNorm, axis: [1, 2, 3] },
      { gamma: [5, 6, 4], beta: [5, 6, 4] },
    ],
    [{ ...layerNorm, axis: [3, 1], center: false }, { gamma: [5, 4] }],
    [{ ...layerNorm, axis: [2, 1], scale: false }, { beta: [5, 6] }],
    [norm, { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] }],
  ])('that %j has in Keras', (layer, shapes) => {
    expect(kerasShapes(layer, IMAGE)).toEqual(shapes);
  });
});

describe('the weights of a layer', () => {
  it('start, are kept small and are bounded as its arguments say', () => {
    const { parameters } = planOf(
      {
        ...norm,
        gamma_initializer: { type: 'constant', value: 0.5 },
        gamma_constraint: 'non_neg',
        beta_regularizer: { type: 'l2', l2: 0.1 },
        moving_mean_initializer: 'ones',
      },
      IMAGE,
    );
    expect(parameters).toMatchObject([
      { name: 'gamma', initializer: { type: 'constant', value: 0.5 }, constraint: { type: 'non_neg' } },
      { name: 'beta', initializer: { type: 'zeros' }, regularizer: { type: 'l2', l2: 0.1 } },
      { name: 'moving_mean', initializer: { type: 'ones' }, trainable: false },
      { name: 'moving_variance', initializer: { type: 'ones' }, trainable: false },
    ]);
  });
});
