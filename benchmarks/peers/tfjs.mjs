// TensorFlow.js on Node, in a folder of its own: trains the course's network for one step on each backend that runs without a
// browser, and says in a line of JSON how many images a second that was, or why it was not possible.
//
//     npm install --prefix <folder> @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
//     node benchmarks/peers/tfjs.mjs <folder>
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';

/** Small, since the plain backend takes seconds for an image. */
const BATCH_SIZE = 4;
const IMAGE = [64, 64, 3];
const CLASSES = 10;

/** @param {any} tf The package, whose types are not installed here */
function courseNetwork(tf) {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: IMAGE, filters: 32, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: 'relu' }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-7), loss: 'categoricalCrossentropy' });
  return model;
}

/** @param {any} tf @param {string} backend */
async function measure(tf, backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  const model = courseNetwork(tf);
  const images = tf.randomUniform([BATCH_SIZE, ...IMAGE]);
  const labels = tf.oneHot(tf.range(0, BATCH_SIZE, 1, 'int32'), CLASSES);
  const startedAt = performance.now();
  const loss = await model.trainOnBatch(images, labels);
  const seconds = (performance.now() - startedAt) / 1000;
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return { batch_size: BATCH_SIZE, step_s: round(seconds), images_per_s: round(BATCH_SIZE / seconds) };
}

/** @param {number} value */
function round(value) {
  return Number(value.toPrecision(3));
}

async function main() {
  const folder = resolve(process.argv[2] ?? '.');
  const load = createRequire(join(folder, 'package.json'));
  const tf = load('@tensorflow/tfjs');
  const wasm = load('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'));
  for (const backend of ['wasm', 'cpu']) {
    const about = { backend, version: tf.version.tfjs };
    const figures = await measure(tf, backend).catch((/** @type {Error} */ error) => ({
      failed: error.message.split('\n')[0],
    }));
    process.stdout.write(`${JSON.stringify({ ...about, ...figures })}\n`);
  }
}

await main();
