import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { layerDefinition } from './index.js';
import { type FeatureShape, LayerError } from './layer.js';

const IMAGE: FeatureShape = { kind: 'image', height: 6, width: 8, channels: 4 };
const VECTOR: FeatureShape = { kind: 'vector', units: 12 };

function refusalOf(layer: Record<string, unknown>, input: FeatureShape): LayerError {
  const [spec] = parseModelSpec({ layers: [layer] }).layers;
  try {
    layerDefinition(spec.type).plan(spec, [input], { classes: 3 });
  } catch (error) {
    if (error instanceof LayerError) return error;
    throw error;
  }
  throw new Error('the layer was planned');
}

const conv = { type: 'conv2d', filters: 6, kernel_size: 3 };
const depthwise = { type: 'depthwise_conv2d', kernel_size: 3 };
const separable = { type: 'separable_conv2d', filters: 6, kernel_size: 3 };
const transposed = { type: 'conv2d_transpose', filters: 6, kernel_size: 3 };
const split = { type: 'max_norm', axis: [0, 1, 2] };

describe('a layer is refused', () => {
  it.each([
    [{ ...conv, groups: 3 }, 'groups', "a divisor of the input's 4 channels and of the 6 filters; received 3"],
    [{ ...conv, groups: 4 }, 'groups', 'received 4'],
    [{ ...conv, strides: 2, dilation_rate: [1, 2] }, 'dilation_rate', 'received 1×2 with strides 2×2'],
    [{ ...depthwise, strides: [1, 2], dilation_rate: 2 }, 'dilation_rate', 'received 2×2 with strides 1×2'],
    [{ ...separable, strides: 2, dilation_rate: 2 }, 'dilation_rate', 'Set one of the two to 1'],
    [{ ...transposed, strides: 2, dilation_rate: 2 }, 'dilation_rate', 'expected 1'],
    [{ ...conv, dilation_rate: 3 }, 'kernel_size', 'at most the size of the input, 6×8; received 7×7'],
    [{ ...depthwise, kernel_size: [7, 1] }, 'kernel_size', 'received 7×1'],
    [{ ...separable, kernel_size: [1, 9] }, 'kernel_size', 'padding "same"'],
    [{ ...transposed, strides: [2, 3], output_padding: [1, 3] }, 'output_padding', 'less than the strides 2×3'],
    [{ ...depthwise, depth_multiplier: 2, depthwise_constraint: split }, 'depthwise_constraint', 'both 2 and 3'],
    [{ ...conv, bias_constraint: { type: 'max_norm', axis: 1 } }, 'bias_constraint', 'from -1 to 0; received 1'],
    [{ type: 'average_pooling2d', pool_size: 7 }, 'pool_size', 'received 7×7'],
    [{ type: 'max_pooling2d', pool_size: [2, 9] }, 'pool_size', 'received 2×9'],
    [{ type: 'cropping2d', cropping: 3 }, 'cropping', 'received 6 rows and 6 columns'],
    [{ type: 'cropping2d', cropping: [0, [4, 4]] }, 'cropping', 'at least one pixel of 6×8'],
    [{ type: 'reshape', target_shape: [5, -1, 4] }, 'target_shape', 'expected the 192 values of the input'],
    [{ type: 'reshape', target_shape: [-1, -1, 4] }, 'target_shape', 'of which one may be -1'],
    [{ type: 'reshape', target_shape: [0, 2, 4] }, 'target_shape', 'at least 1'],
    [{ type: 'reshape', target_shape: [-1, 16] }, 'target_shape', 'Use [12, 1, 16]'],
  ])('where %j does not fit an image', (layer, argument, message) => {
    const error = refusalOf(layer, IMAGE);
    expect(error.argument).toBe(argument);
    expect(error.message).toContain(message);
  });

  it.each([
    conv,
    depthwise,
    separable,
    transposed,
    { type: 'max_pooling2d' },
    { type: 'average_pooling2d' },
    { type: 'global_average_pooling2d' },
    { type: 'global_max_pooling2d' },
    { type: 'zero_padding2d' },
    { type: 'cropping2d' },
    { type: 'up_sampling2d' },
  ])('where %j gets a vector', (layer) => {
    const error = refusalOf(layer, VECTOR);
    expect(error.argument).toBeNull();
    expect(error.message).toBe(
      `${layer.type} expected an image; received a vector of 12 units. Put it before flatten, or a reshape before it`,
    );
  });

  it('where an interpolation would take too large a matrix', () => {
    const layer = { type: 'up_sampling2d', size: [1, 32], interpolation: 'bilinear' };
    const error = refusalOf(layer, { kind: 'image', height: 4, width: 1024, channels: 1 });
    expect(error.argument).toBe('size');
    expect(error.message).toContain('at most 16777216 pairs');
    expect(error.message).toContain('received 33554432');
  });

  it('where the output of conv2d_transpose would have no pixel', () => {
    const layer = { ...transposed, kernel_size: 2, strides: 2, padding: 'same', output_padding: 0 };
    const error = refusalOf(layer, { kind: 'image', height: 1, width: 4, channels: 2 });
    expect(error.argument).toBe('output_padding');
    expect(error.message).toContain('received 0×6');
  });
});
