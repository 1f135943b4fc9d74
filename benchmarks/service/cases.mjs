// What is trained: a small network on small images and a residual one, on as many images as make epochs of about a second and of
// about five.
import { join } from 'node:path';
import { makeArchive } from '../ingest/made-archive.mjs';
import { trainModel } from '../train/models.mjs';
import { uploadDataset } from './stack.mjs';

/**
 * @typedef {object} ServiceCase
 * @property {import('../train/models.mjs').TrainModel} model
 * @property {number} images Of all splits together, where the scale is 1
 *
 * @typedef {object} Length How long a training is
 * @property {number} scale How many times the images of a case
 * @property {number} epochs
 * @property {number} pairs
 *
 * @typedef {object} PreparedCase
 * @property {string} name
 * @property {number} trainImages
 * @property {number} epochs
 * @property {any} dataset As the API shows it
 * @property {object} spec As a client posts it
 * @property {number} batchSize
 */

/** @type {readonly ServiceCase[]} */
const CASES = [
  { model: trainModel('mnist_b64'), images: 6_000 },
  { model: trainModel('resnet8'), images: 4_000 },
];

export const CASE_NAMES = CASES.map(({ model }) => model.name);

/** Uploads the images of a case. @param {import('./stack.mjs').Stack} stack @param {string} name @param {Length} length @returns {Promise<PreparedCase>} */
export async function prepareCase(stack, name, { scale, epochs }) {
  const found = CASES.find(({ model }) => model.name === name);
  if (!found) throw new RangeError(`Expected one of ${CASE_NAMES.join(', ')}. Received: ${name}`);
  const { model } = found;
  const images = Math.round(found.images * scale);
  const file = join(stack.folder, `${name}-${images}.zip`);
  await makeArchive(file, { images, side: model.image.width });
  const dataset = await uploadDataset(stack, file);
  const trainImages = dataset.counts.train.total;
  return {
    name,
    trainImages,
    epochs,
    dataset,
    spec: { input: model.image, layers: model.layers },
    batchSize: model.batchSize,
  };
}

/** @param {PreparedCase} prepared @param {{ epochs?: number, seed: number }} options @returns {any} A body for `POST /v1/jobs` */
export function jobBody({ dataset, spec, batchSize, epochs }, options) {
  return { dataset_id: dataset.id, model: spec, training: { epochs, batch_size: batchSize, ...options } };
}
