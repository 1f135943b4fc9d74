// The networks whose training and inference are timed: the same as the peers', layer by layer.
import { presets } from '@trainyard/engine';

/** @typedef {{ readonly type: string, readonly name?: string, readonly [argument: string]: unknown }} Layer */

/**
 * @typedef {object} TrainModel
 * @property {string} name
 * @property {string} network As the peers call it
 * @property {number} batchSize Of training
 * @property {import('@trainyard/contracts').ImageSize} image
 * @property {readonly Layer[]} layers
 */

/** @param {number} filters @returns {Layer} */
const convolution = (filters) => ({ type: 'conv2d', filters, kernel_size: 3, activation: 'relu' });
const pool = { type: 'max_pooling2d', pool_size: 2 };
const hidden = { type: 'dense', units: 128, activation: 'relu' };
const output = { type: 'dense', units: 'classes', activation: 'softmax' };

/** He et al.'s ResNet of 6n + 2 layers for 32×32 images, with 1×1 convolutions where a shortcut changes shape. */
function residual(/** @type {number} */ n) {
  const layers = [...normalized('stem', 16), relu('stem_relu')];
  let input = 'stem_relu';
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < n; block++) {
      const name = `stage${stage}_block${block}`;
      layers.push(...residualBlock(name, input, filters, stage > 0 && block === 0));
      input = `${name}_out`;
    }
  }
  return [...layers, { type: 'global_average_pooling2d' }, output];
}

/** @param {string} name @param {string} input @param {number} filters @param {boolean} shrinks @returns {Layer[]} */
function residualBlock(name, input, filters, shrinks) {
  const strides = shrinks ? 2 : 1;
  const first = normalized(`${name}_first`, filters, { strides });
  const second = normalized(`${name}_second`, filters);
  const shortcut = normalized(`${name}_shortcut`, filters, { strides, kernel_size: 1, inputs: [input] });
  return [
    ...first,
    relu(`${name}_relu`),
    ...second,
    ...(shrinks ? shortcut : []),
    { type: 'add', name: `${name}_add`, inputs: [`${name}_second_norm`, shrinks ? `${name}_shortcut_norm` : input] },
    relu(`${name}_out`),
  ];
}

/** @param {string} name @param {number} filters @param {object} [options] @returns {Layer[]} */
function normalized(name, filters, options = {}) {
  return [
    { type: 'conv2d', name, filters, kernel_size: 3, padding: 'same', use_bias: false, ...options },
    { type: 'batch_normalization', name: `${name}_norm` },
  ];
}

/** @param {string} name @returns {Layer} */
function relu(name) {
  return { type: 'activation', name, activation: 'relu' };
}

/** VGG-11 (Simonyan and Zisserman, 2014; torchvision's form without batch norm) for 32×32 images: dense layers of 512 and the classes. */
const vgg11 = [
  ...[[64], [128], [256, 256], [512, 512], [512, 512]].flatMap((filters) => [
    ...filters.map((count) => ({ ...convolution(count), padding: 'same' })),
    pool,
  ]),
  { type: 'flatten' },
  { ...hidden, units: 512 },
  { type: 'dropout', rate: 0.5 },
  output,
];

const mnistB = [
  convolution(32),
  convolution(64),
  pool,
  { type: 'dropout', rate: 0.25 },
  { type: 'flatten' },
  hidden,
  { type: 'dropout', rate: 0.5 },
  output,
];

/** @param {number} side @param {1 | 3} channels */
const square = (side, channels) => ({ width: side, height: side, channels });

/** @type {readonly TrainModel[]} */
export const TRAIN_MODELS = [
  {
    name: 'course',
    network: 'course',
    batchSize: 32,
    image: square(64, 3),
    layers: [convolution(32), pool, convolution(64), pool, { type: 'flatten' }, hidden, output],
  },
  { name: 'mnist_b64', network: 'mnist_b', batchSize: 64, image: square(28, 1), layers: mnistB },
  { name: 'mnist_b128', network: 'mnist_b', batchSize: 128, image: square(28, 1), layers: mnistB },
  {
    name: 'mnist_convnet',
    network: 'mnist_convnet',
    batchSize: 128,
    image: square(28, 1),
    layers: presets.mnist_convnet.spec.layers,
  },
  { name: 'resnet8', network: 'resnet8', batchSize: 64, image: square(32, 3), layers: residual(1) },
  { name: 'resnet20', network: 'resnet20', batchSize: 64, image: square(32, 3), layers: residual(3) },
  {
    name: 'mobilenet',
    network: 'mobilenet',
    batchSize: 64,
    image: square(64, 3),
    layers: presets.mobilenet_small.spec.layers,
  },
  { name: 'vgg11', network: 'vgg11', batchSize: 32, image: square(32, 3), layers: vgg11 },
];

/** @param {string} name @returns {TrainModel} */
export function trainModel(name) {
  const found = TRAIN_MODELS.find((model) => model.name === name);
  if (found) return found;
  throw new RangeError(`Expected one of ${TRAIN_MODELS.map((model) => model.name).join(', ')}. Received: ${name}`);
}
