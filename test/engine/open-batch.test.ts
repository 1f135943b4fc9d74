import { describe, expect, it } from 'vitest';
import { compilePredictor } from '../../packages/engine/src/compile/predictor.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { anyNumbers, relativeError } from './numbers.js';
import { openOnnx } from './session.js';

const IMAGE = { width: 7, height: 6, channels: 3 } as const;
const PIXELS = IMAGE.width * IMAGE.height * IMAGE.channels;
const ROWS = 5;
const CLASSES = 4;
const HEAD = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

const images = Uint8Array.from(anyNumbers(3, 0, ROWS * PIXELS), (x) => Math.round((x + 2) * 63));

/** Opens the file that users get of a model with these layers, and predicts the given rows at once. */
async function predict(layers: readonly object[], from: number, batch: number): Promise<Float64Array> {
  const model = buildModel(parseModelSpec({ layers: [...layers, ...HEAD] }), { image: IMAGE, classes: CLASSES });
  const { onnx, image, output } = compilePredictor(model, {
    parameters: initialParameters(model, 8),
    preprocessing: { scale: [1 / 255, 1 / 127, 1 / 64], offset: [0, -1, 0] },
    labels: ['a', 'b', 'c', 'd'],
    fit: 'cover',
  });
  const type = { dtype: image.dtype, shape: [batch, ...image.shape.slice(1)] };
  const session = await openOnnx(onnx, new Map([[image.name, type]]));
  const results = await session.run({ [image.name]: images.subarray(from * PIXELS, (from + batch) * PIXELS) });
  await session.release();
  return results[output].data;
}

describe('an exported model takes any number of images', () => {
  it.each([
    [[{ type: 'conv2d', filters: 6, kernel_size: 3, strides: 2, padding: 'same', groups: 3 }]],
    [[{ type: 'depthwise_conv2d', kernel_size: 3, depth_multiplier: 2 }]],
    [[{ type: 'separable_conv2d', filters: 4, kernel_size: 2, dilation_rate: 2 }]],
    [[{ type: 'conv2d_transpose', filters: 2, kernel_size: 3, strides: 2, padding: 'same' }]],
    [[{ type: 'average_pooling2d', pool_size: 3, strides: 2, padding: 'same' }]],
    [[{ type: 'global_average_pooling2d' }]],
    [[{ type: 'global_max_pooling2d', keepdims: true }]],
    [[{ type: 'zero_padding2d' }, { type: 'cropping2d', cropping: [[2, 0], 1] }]],
    [[{ type: 'up_sampling2d', size: [2, 3] }]],
    [[{ type: 'up_sampling2d', interpolation: 'bilinear' }]],
    [[{ type: 'reshape', target_shape: [7, 2, -1] }]],
    [[{ type: 'flatten' }, { type: 'reshape', target_shape: [3, 6, 7] }]],
    [[{ type: 'reshape', target_shape: [-1] }]],
  ])('with %j', async (layers) => {
    const together = await predict(layers, 0, ROWS);
    expect(together).toHaveLength(ROWS * CLASSES);
    for (let row = 0; row < ROWS; row++) {
      const alone = await predict(layers, row, 1);
      expect(relativeError(alone, together.subarray(row * CLASSES, (row + 1) * CLASSES))).toBeLessThan(1e-6);
    }
  });
});
