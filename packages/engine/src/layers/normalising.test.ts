import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { layerDefinition } from './index.js';
import { type FeatureShape, LayerError, type PlanContext } from './layer.js';

const IMAGE: FeatureShape = { kind: 'image', height: 6, width: 8, channels: 3 };
const VECTOR: FeatureShape = { kind: 'vector', units: 12 };
const FLATTENED: FeatureShape = { ...VECTOR, image: { kind: 'image', height: 2, width: 2, channels: 3 } };

function plan(layer: Record<string, unknown>, input: FeatureShape, pixels?: PlanContext['pixels']) {
  const [spec] = parseModelSpec({ layers: [layer] }).layers;
  return layerDefinition(spec.type).plan(spec, [input], { classes: 3, ...(pixels ? { pixels } : {}) });
}

function refusalOf(layer: Record<string, unknown>, input: FeatureShape): LayerError {
  try {
    plan(layer, input);
  } catch (error) {
    if (error instanceof LayerError) return error;
    throw error;
  }
  throw new Error('the layer was planned');
}

describe('a layer is refused', () => {
  it.each([
    [{ type: 'batch_normalization', axis: 1 }, IMAGE, 'axis', 'expected -1 or 3, the axis of the channels'],
    [{ type: 'batch_normalization', axis: 3 }, VECTOR, 'axis', 'expected -1 or 1, the axis of the units; received 3'],
    [{ type: 'layer_normalization', axis: 0 }, IMAGE, 'axis', 'expected axes from 1 to 3'],
    [{ type: 'layer_normalization', axis: [1, 2] }, VECTOR, 'axis', 'or -1 for the last; received 2'],
    [{ type: 'softmax', axis: 0 }, IMAGE, 'axis', 'expected -1, 1, 2 or 3; received 0'],
    [{ type: 'softmax', axis: 1 }, VECTOR, 'axis', 'expected -1, since the input is a vector; received 1'],
    [{ type: 'prelu', shared_axes: [1, 2] }, VECTOR, 'shared_axes', 'expected axes from 1 to 1; received 2'],
    [{ type: 'spatial_dropout2d', rate: 0.5 }, VECTOR, null, 'spatial_dropout2d expected an image'],
    [{ type: 'rescaling', scale: [1, 2] }, IMAGE, 'scale', 'expected one number, or 3, one per channel; received 2'],
    [{ type: 'rescaling', scale: 1, offset: [1, 2] }, VECTOR, 'offset', 'or 12, one per unit; received 2'],
    [{ type: 'rescaling', scale: Array(12).fill(1) }, FLATTENED, 'scale', 'Put this layer before flatten'],
    [{ type: 'normalization' }, IMAGE, 'mean', 'expected mean and variance'],
    [{ type: 'normalization', mean: 1 }, IMAGE, 'variance', 'received one of them'],
    [{ type: 'normalization', mean: [1, 2], variance: 1 }, IMAGE, 'mean', 'received 2'],
    [{ type: 'prelu', alpha_constraint: { type: 'max_norm', axis: 3 } }, IMAGE, 'alpha_constraint', 'received 3'],
  ])('%j of %j', (layer, input, argument, message) => {
    const refusal = refusalOf(layer, input);
    expect(refusal.argument).toBe(argument);
    expect(refusal.message).toContain(message);
  });
});

describe('normalization', () => {
  const pixels = { mean: [1, 2, 3], std: [4, 5, 6] };

  it('takes the figures of the pixels where it has none', () => {
    expect(plan({ type: 'normalization' }, IMAGE, pixels).constants).toEqual({ mean: [1, 2, 3], deviation: [4, 5, 6] });
  });

  it('keeps its own figures', () => {
    const layer = { type: 'normalization', mean: [7], variance: [4, 9, 16] };
    expect(plan(layer, IMAGE, pixels).constants).toEqual({ mean: [7], deviation: [2, 3, 4] });
  });
});
