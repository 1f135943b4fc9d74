// What a user downloads and what the endpoint answers are one model: the ONNX file of the API, run here by onnxruntime
// on the bare pixels, against predictions over HTTP on the images as PNG files.
import { createSession, uint8Tensor } from '@trainyard/runtime';
import { expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { TEST_KEY } from '../setup/index.js';
import { CLASSES, files, IMAGE, predict, randomPixels, startedEndpoint, startServing } from './serving.js';

const IMAGES = 100;

/** Only the order in which float32 numbers are added may differ, and that by the size of the batch. */
const DIFFERENCE_MAX = 1e-6;

it('the exported ONNX file and the endpoint give the same probabilities on 100 images', async () => {
  const serving = await startServing({ api: true });
  const endpoint = await startedEndpoint(serving, 'parity');
  const { TRAINYARD_PORT: port } = serving.environment;
  const url = `http://127.0.0.1:${port}/v1/checkpoints/${endpoint.checkpoint_id}/download?format=onnx`;
  const download = await fetch(url, { headers: { authorization: `Bearer ${TEST_KEY}` } });
  expect(download.status).toBe(200);
  const onnx = new Uint8Array(await download.arrayBuffer());
  const session = await createSession(onnx, { device: 'cpu', threads: 1 });

  const images = Array.from({ length: IMAGES }, (_, seed) => randomPixels(1000 + seed));
  const { predictions } = await predict(
    serving,
    'parity',
    files(...images.map((pixels) => encodePng({ ...IMAGE, pixels }))),
  );
  expect(predictions).toHaveLength(IMAGES);
  expect(new Set(predictions.map(({ label }) => label)).size).toBeGreaterThan(1);

  let largest = 0;
  for (const [index, pixels] of images.entries()) {
    const tensor = uint8Tensor(pixels, [1, IMAGE.height, IMAGE.width, IMAGE.channels]);
    const { probabilities } = await session.run({ image: tensor });
    expect(probabilities.shape).toEqual([1, CLASSES.length]);
    for (const [place, value] of probabilities.data.entries()) {
      largest = Math.max(largest, Math.abs(value - predictions[index].probabilities[CLASSES[place]]));
    }
  }
  await session.release();
  console.log(`largest difference over ${IMAGES} images: ${largest}`);
  expect(largest).toBeLessThanOrEqual(DIFFERENCE_MAX);
});
