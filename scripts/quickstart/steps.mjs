// The steps of the quick start, each a request or two to the API and what a person sees of it.
import { join } from 'node:path';
import process from 'node:process';
import { Problem } from '../stack/problem.mjs';
import { arrange, drawDigit } from './drawing.mjs';
import { SIDE, testDigits, writeMnistZip } from './mnist.mjs';
import { MNIST_CONVNET, TRAINING } from './model.mjs';
import { encodeGreyPng } from './png.mjs';
import { createProgressBar, describeJob } from './progress-bar.mjs';

const ACCURACY_MIN = 0.97;
const DIGITS = 6;

/** @typedef {ReturnType<typeof import('./client.mjs').createClient>} Client */
/** @typedef {import('@trainyard/contracts').Dataset} Dataset */
/** @typedef {import('@trainyard/contracts').Job} Job */
/** @typedef {import('@trainyard/contracts').Endpoint} Endpoint */
/** @typedef {import('@trainyard/contracts').PredictResponse} PredictResponse */

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * @param {Client} client
 * @param {string} folder For the archive
 * @param {AbortSignal} signal
 * @returns {Promise<Dataset>}
 */
export async function uploadMnist(client, folder, signal) {
  const file = join(folder, 'mnist.zip');
  await writeMnistZip(file, signal);
  const sending = createProgressBar('Upload ');
  const form = { fields: { name: 'mnist' }, file, name: 'mnist.zip' };
  const created = /** @type {Dataset} */ (
    await client
      .upload('/v1/datasets', form, (fraction) => sending.update(fraction, 'POST /v1/datasets'))
      .finally(sending.end)
  );
  const reading = createProgressBar('Reading');
  /** @type {Dataset} */
  const dataset = await client
    .poll(`/v1/datasets/${created.id}`, ['ready', 'failed'], (/** @type {Dataset} */ { status, progress }) => {
      if (status === 'ready') reading.update(1, '');
      else if (progress !== null)
        reading.update(progress.fraction, `${progress.images} of ${progress.images_total ?? '…'} images`);
    })
    .finally(reading.end);
  if (dataset.status === 'failed') throw new Problem(`The data set failed: ${dataset.error?.message}`);
  const { counts, classes } = dataset;
  say(
    `${dataset.id}: ${counts?.train.total} training, ${counts?.validation.total} validation and ${counts?.test.total} test images, ${classes?.length} classes\n`,
  );
  return dataset;
}

/** @param {Client} client @param {Dataset} dataset @returns {Promise<Job>} */
export async function train(client, dataset) {
  const body = { name: 'mnist_convnet', dataset_id: dataset.id, model: MNIST_CONVNET, training: TRAINING };
  const created = /** @type {Job} */ (await client.post('/v1/jobs', body));
  const bar = createProgressBar('Training');
  /** @type {Job} */
  const job = await client
    .poll(`/v1/jobs/${created.id}`, ['succeeded', 'failed', 'cancelled'], (/** @type {Job} */ seen) => {
      bar.update(seen.progress?.fraction ?? 0, describeJob(seen) || seen.status);
    })
    .finally(bar.end);
  if (job.status !== 'succeeded')
    throw new Problem(`The training ${job.status}: ${job.error?.message ?? 'no reason given'}`);
  const accuracy = job.result?.test?.accuracy ?? 0;
  say(`${job.id}: trained on ${job.device.used} (${job.device.reason})`);
  say(`Test accuracy: ${accuracy.toFixed(4)} on ${dataset.counts?.test.total} images that the training never saw\n`);
  if (accuracy < ACCURACY_MIN) throw new Problem(`The test accuracy is below ${ACCURACY_MIN}: something is wrong.`);
  return job;
}

/** @param {Client} client @param {Job} job @returns {Promise<Endpoint>} */
export async function createEndpoint(client, job) {
  const created = /** @type {Endpoint} */ (await client.post('/v1/endpoints', { name: 'digits', job_id: job.id }));
  /** @type {Endpoint} */
  const endpoint = await client.poll(`/v1/endpoints/${created.id}`, ['ready', 'failed']);
  if (endpoint.status === 'failed') throw new Problem(`The endpoint failed: ${endpoint.error?.message}`);
  return endpoint;
}

/** @param {Client} client @param {Endpoint} endpoint */
export async function nameDigits(client, endpoint) {
  const drawings = [];
  for (const { pixels, label } of await testDigits(DIGITS)) {
    const path = `/v1/endpoints/${endpoint.name}/predict`;
    const answer = /** @type {PredictResponse} */ (await client.postImage(path, encodeGreyPng(pixels, SIDE)));
    const [prediction] = answer.task === 'multiclass' ? answer.predictions : [];
    if (prediction === undefined) throw new Problem(`${endpoint.id} answered without a prediction.`);
    const right = prediction.label === String(label) ? '✓' : `✗ it is ${label}`;
    drawings.push({
      lines: drawDigit(pixels),
      caption: `${prediction.label}, ${(prediction.confidence * 100).toFixed(1)} % ${right}`,
    });
  }
  say(`${endpoint.id} (“${endpoint.name}”) names the first test digits:\n`);
  say(arrange(drawings, process.stdout.columns ?? 80));
}
