// An exported model leaves out what no output depends on. Its answers are those of a plain float64 model that leaves out
// nothing, and the last pixels that it should see do matter.
import { describe, expect, it } from 'vitest';
import { compilePredictor } from '../../packages/engine/src/compile/predictor.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { anyNumbers, relativeError } from './numbers.js';
import { referenceLogits, softmaxOf } from './reference-model.js';
import { openOnnx } from './session.js';

const SIDE = 22;
const CHANNELS = 3;
const ROWS = 2;
const SIZE = SIDE * SIDE * CHANNELS;
/** The last pool needs 6 of 8 rows, for which the convolutions and the first pool need 8 of 10, 16 of 20 and 18 of 22. */
const LAYERS = [
  { type: 'conv2d', filters: 6, kernel_size: 3, activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'conv2d', filters: 5, kernel_size: 3, activation: 'tanh' },
  { type: 'max_pooling2d', pool_size: 3 },
  { type: 'flatten' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];
const USED = 18;

const model = buildModel(parseModelSpec({ layers: LAYERS }), {
  image: { width: SIDE, height: SIDE, channels: CHANNELS },
  classes: 4,
});
const parameters = initialParameters(model, 3);
const preprocessing = { scale: [1 / 64, 1 / 127, 1 / 64], offset: [-1, -1, 0] };
/** [N, H, W, C]. */
const images = Uint8Array.from(anyNumbers(1, 0, ROWS * SIZE), (x) => Math.round((x + 2) * 63));

async function predict(pixels: Uint8Array): Promise<Float64Array> {
  const { onnx, image, output } = compilePredictor(model, {
    parameters,
    preprocessing,
    labels: ['a', 'b', 'c', 'd'],
    fit: 'cover',
  });
  const shape = [ROWS, ...image.shape.slice(1)];
  const session = await openOnnx(onnx, new Map([[image.name, { dtype: image.dtype, shape }]]));
  const { data } = (await session.run({ [image.name]: pixels }))[output];
  await session.release();
  return data;
}

/** The images, the first one with other pixels in one row. */
function changedAt(row: number): Uint8Array {
  const changed = Uint8Array.from(images);
  const width = SIDE * CHANNELS;
  for (let i = row * width; i < (row + 1) * width; i++) changed[i] = 255 - changed[i];
  return changed;
}

describe('an exported model', () => {
  it('answers as if it had computed all pixels', async () => {
    const found = await predict(images);
    for (let row = 0; row < ROWS; row++) {
      const pixels = Float64Array.from({ length: SIZE }, (_, i) => {
        const [channel, place] = [Math.floor(i / (SIDE * SIDE)), i % (SIDE * SIDE)];
        return (
          images[row * SIZE + place * CHANNELS + channel] * preprocessing.scale[channel] + preprocessing.offset[channel]
        );
      });
      const expected = softmaxOf(referenceLogits(model, parameters, { pixels }));
      expect(relativeError(found.subarray(row * 4, (row + 1) * 4), expected)).toBeLessThan(1e-5);
    }
  });

  it('takes the whole image, and sees it as far as its layers do', async () => {
    const found = await predict(images);
    expect(await predict(changedAt(USED - 1))).not.toEqual(found);
    expect(await predict(changedAt(USED))).toEqual(found);
  });
});
