// What is trained on Fashion-MNIST, what each must reach, and what others have published.

/**
 * @typedef {object} LearningModel
 * @property {string} name
 * @property {readonly { readonly type: string, readonly [argument: string]: unknown }[]} layers
 * @property {import('@trainyard/contracts').TrainingOptions} training
 * @property {number} target Test accuracy after the last epoch
 * @property {readonly string[]} published Figures to compare with, each with its source
 */

const output = { type: 'dense', units: 'classes', activation: 'softmax' };
const pool = { type: 'max_pooling2d', pool_size: 2 };

/** @param {number} filters */
const convolution = (filters) => ({ type: 'conv2d', filters, kernel_size: 3, padding: 'same', activation: 'relu' });

/** @param {number} filters */
const normalized = (filters) => [
  { type: 'conv2d', filters, kernel_size: 3, padding: 'same', use_bias: false, kernel_initializer: 'he_normal' },
  { type: 'batch_normalization', momentum: 0.9 },
  { type: 'activation', activation: 'relu' },
];

const README = "Fashion-MNIST's README";

/** @type {readonly LearningModel[]} */
export const LEARNING_MODELS = [
  {
    name: 'two_conv',
    layers: [
      convolution(32),
      pool,
      convolution(64),
      pool,
      { type: 'flatten' },
      { type: 'dropout', rate: 0.25 },
      { type: 'dense', units: 128, activation: 'relu' },
      output,
    ],
    training: { epochs: 5, batch_size: 64, optimizer: { type: 'adam', learning_rate: 0.001 } },
    target: 0.9,
    published: [
      `2 conv + pooling: 0.876 and 0.916 (${README}; epochs not said)`,
      `2 conv + pooling + ELU: 0.903 (${README}; epochs not said)`,
      "Keras' mnist_convnet example in PyTorch: 0.848 after the first epoch, 0.884 after the fifth (run by us)",
    ],
  },
  {
    name: 'batch_norm',
    layers: [
      ...normalized(32),
      pool,
      ...normalized(64),
      pool,
      ...normalized(64),
      { type: 'flatten' },
      { type: 'dropout', rate: 0.3 },
      { type: 'dense', units: 128, activation: 'relu' },
      output,
    ],
    training: {
      epochs: 10,
      batch_size: 128,
      optimizer: { type: 'adam', learning_rate: 0.002 },
      schedule: { type: 'cosine' },
    },
    target: 0.92,
    published: [
      `3 conv + pooling + batch norm: 0.903; 3 conv + batch norm + pooling: 0.921 (${README})`,
      `2 conv + pooling + batch norm: 0.934; 5 conv + batch norm + pooling: 0.931 (${README}; epochs not said)`,
    ],
  },
];
