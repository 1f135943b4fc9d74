// The models whose training step is timed: the same as the peer's, layer by layer.

/** @typedef {{ readonly type: string, readonly name?: string, readonly [argument: string]: unknown }} Layer */

/**
 * @typedef {object} StepModel
 * @property {string} name As the peer calls it
 * @property {number} batchSize
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

/** @type {readonly StepModel[]} */
export const STEP_MODELS = [
  {
    name: 'course',
    batchSize: 32,
    image: { width: 64, height: 64, channels: 3 },
    layers: [convolution(32), pool, convolution(64), pool, { type: 'flatten' }, hidden, output],
  },
  {
    name: 'mnist',
    batchSize: 64,
    image: { width: 28, height: 28, channels: 1 },
    layers: [
      convolution(32),
      convolution(64),
      pool,
      { type: 'dropout', rate: 0.25 },
      { type: 'flatten' },
      hidden,
      { type: 'dropout', rate: 0.5 },
      output,
    ],
  },
  { name: 'resnet8', batchSize: 64, image: { width: 32, height: 32, channels: 3 }, layers: residual(1) },
  { name: 'resnet20', batchSize: 64, image: { width: 32, height: 32, channels: 3 }, layers: residual(3) },
];
