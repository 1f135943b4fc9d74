// The handler that a user would write for the exported file: Fastify, sharp and onnxruntime-node in one process. It takes
// the pixels of an image, or an image file.
import process from 'node:process';
import Fastify from 'fastify';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { answerParent } from '../child.mjs';

const [file, width, height, channels] = process.argv.slice(2);
const shape = [1, Number(height), Number(width), Number(channels)];

const session = await ort.InferenceSession.create(file);
const [input] = session.inputNames;
const [output] = session.outputNames;

/** @param {Uint8Array} pixels */
async function predict(pixels) {
  const results = await session.run({ [input]: new ort.Tensor('uint8', pixels, shape) });
  const probabilities = Array.from(/** @type {Float32Array} */ (results[output].data));
  return { class: probabilities.indexOf(Math.max(...probabilities)), probabilities };
}

const app = Fastify();
app.addContentTypeParser(['application/octet-stream', 'image/jpeg'], { parseAs: 'buffer' }, (_, body, done) => {
  done(null, body);
});
app.post('/predict', async (request) => {
  const body = /** @type {Buffer} */ (request.body);
  if (request.headers['content-type'] === 'application/octet-stream') return predict(body);
  const source = sharp(body).resize(Number(width), Number(height), { fit: 'cover' });
  return predict(
    await source
      .toColourspace(channels === '1' ? 'b-w' : 'srgb')
      .raw()
      .toBuffer(),
  );
});

const address = await app.listen({ host: '127.0.0.1', port: 0 });
answerParent(async () => undefined);
process.send?.({ port: Number(new URL(address).port) });
