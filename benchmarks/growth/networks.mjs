// What is trained here, and how: a network so small that reading an image weighs as much as it ever does.
import { resolveTraining } from '@trainyard/contracts';
import { buildModel, defaultLoss, defaultMetrics, parseModelSpec, presets } from '@trainyard/engine';
import { CLASSES, IMAGE } from './made-dataset.mjs';

export const BATCH_SIZE = 32;

/** @param {string} name Of a preset for 28x28 grey images */
export function specOf(name) {
  const preset = presets[name];
  const { width, height, channels } = preset?.spec.input ?? {};
  if (width !== IMAGE.width || height !== IMAGE.height || channels !== IMAGE.channels) {
    throw new Error(`${name} is no preset for grey images of 28x28: take mnist_convnet or lenet5.`);
  }
  return preset.spec;
}

/** The settings of a job, as the API would store them. @param {string} name @param {number} epochs */
export function trainingOf(name, epochs) {
  const model = buildModel(parseModelSpec(specOf(name)), { image: IMAGE, classes: CLASSES.length, task: 'multiclass' });
  const defaults = { loss: defaultLoss(model.head), metrics: defaultMetrics(model.head), channels: IMAGE.channels };
  return resolveTraining({ ...optionsOf(epochs) }, defaults);
}

/** @param {number} epochs @returns {import('@trainyard/contracts').TrainingOptions} */
export function optionsOf(epochs) {
  return { epochs, batch_size: BATCH_SIZE, optimizer: { type: 'adam' } };
}
