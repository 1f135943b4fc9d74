// What is forecast and then trained: the models of the other benchmarks, with as many images as take about half a minute.
import { LEARNING_MODELS } from '../learning/models.mjs';
import { trainModel } from '../train/models.mjs';

/**
 * @typedef {object} ForecastCase
 * @property {string} name
 * @property {object} model As a client posts it
 * @property {import('@trainyard/contracts').TrainingOptions} training
 * @property {{ side: number, images: number }} data Of the archive, all splits together
 */

/** @param {string} name */
const learning = (name) => found(LEARNING_MODELS, name);

/** @template {{ name: string }} T @param {readonly T[]} models @param {string} name @returns {T} */
function found(models, name) {
  const model = models.find((each) => each.name === name);
  if (!model) throw new Error(`There is no model ${name}`);
  return model;
}

/** @param {string} name @param {number} images @param {number} epochs @returns {ForecastCase} */
function timed(name, images, epochs) {
  const { image, layers, batchSize } = trainModel(name);
  return {
    name,
    model: { input: image, layers },
    training: { epochs, batch_size: batchSize },
    data: { side: image.width, images },
  };
}

/** @param {string} name @param {number} images @param {number} epochs @param {object} [more] @returns {ForecastCase} */
function learned(name, images, epochs, more = {}) {
  const { layers, training } = learning(name);
  const input = { width: 28, height: 28, channels: 1 };
  const named = Object.keys(more).length > 0 ? `${name}_augmented` : name;
  return {
    name: named,
    model: { input, layers },
    training: { ...training, epochs, ...more },
    data: { side: 28, images },
  };
}

/** @type {readonly ForecastCase[]} */
export const FORECAST_CASES = [
  timed('course', 2_000, 3),
  timed('mnist_b64', 10_000, 3),
  timed('resnet8', 4_000, 3),
  timed('resnet20', 2_000, 2),
  learned('two_conv', 12_000, 3),
  learned('batch_norm', 8_000, 3),
  learned('two_conv', 8_000, 3, { augmentation: 'standard' }),
];
