// What a user downloads and what the endpoint answers are one model: the ONNX file of the API, run here by onnxruntime
// on the bare pixels, against predictions over HTTP on the images as PNG files.
import type { StoredEndpoint } from '@trainyard/db';
import { createSession, uint8Tensor } from '@trainyard/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { startWorker, TEST_KEY } from '../setup/index.js';
import {
  CLASSES,
  files,
  IMAGE,
  instances,
  png,
  predict,
  randomPixels,
  refused,
  type Serving,
  startedEndpoint,
  startServing,
  until,
} from './serving.js';

const IMAGES = 100;

/** Only the order in which float32 numbers are added may differ, and that by the size of the batch. */
const DIFFERENCE_MAX = 1e-6;

let serving: Serving;
let endpoint: StoredEndpoint;
let publicPort: number;

beforeAll(async () => {
  serving = await startServing({ api: true });
  endpoint = await startedEndpoint(serving, 'parity');
  // Only now: it would take the job whose checkpoint is written here.
  await startWorker(serving.environment);
  publicPort = Number(serving.environment.TRAINYARD_PORT);
});

async function exportedOnnx(): Promise<Uint8Array> {
  const url = `http://127.0.0.1:${publicPort}/v1/checkpoints/${endpoint.checkpoint_id}/download?format=onnx`;
  const ask = () => fetch(url, { headers: { authorization: `Bearer ${TEST_KEY}` } });
  // A worker makes it; where that takes longer than the answer waits, it is asked for again.
  const download = await until(ask, ({ status }) => status !== 202);
  expect(download.status).toBe(200);
  return new Uint8Array(await download.arrayBuffer());
}

it('the exported ONNX file and the endpoint give the same probabilities on 100 images', async () => {
  const session = await createSession(await exportedOnnx(), { device: 'cpu', threads: 1 });
  const images = Array.from({ length: IMAGES }, (_, seed) => randomPixels(1000 + seed));
  const sent = files(...images.map((pixels) => encodePng({ ...IMAGE, pixels })));
  const { predictions } = await predict(serving, 'parity', sent);
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

describe('the public port', () => {
  const image = encodePng({ ...IMAGE, pixels: randomPixels(7) });

  it('gives the same answers as the port of the inference server', async () => {
    const direct = await predict(serving, 'parity', png(image));
    for (const sent of [png(image), files(image), instances(image.toString('base64'))]) {
      const answer = await predict({ ...serving, port: publicPort }, 'parity', sent);
      expect(answer.predictions).toEqual(direct.predictions);
    }
  });

  it.each([
    ['a bad instance', 'parity', instances('?'), 422],
    ['an unknown endpoint, with a large body', 'nothing', png(Buffer.alloc(20 * 2 ** 20)), 404],
    ['a body that is too large', 'parity', png(Buffer.alloc(40 * 2 ** 20)), 413],
    ['files that are too large', 'parity', files(Buffer.alloc(20 * 2 ** 20), Buffer.alloc(20 * 2 ** 20)), 413],
    ['another content type', 'parity', { body: 'x', type: 'text/plain' }, 415],
  ])('passes on how a request is refused, and goes on answering: %s', async (_, name, sent, status) => {
    const asked = { ...serving, port: publicPort };
    for (const time of [1, 2, 3]) expect([time, (await refused(asked, name, sent)).status]).toEqual([time, status]);
    expect((await predict(asked, 'parity', png(image))).predictions).toHaveLength(1);
  });
});
