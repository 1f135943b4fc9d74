// The faults that are planted, one in each training, and which first verdicts are right. Where faults imply each other, each
// verdict that names one of them is accepted; this list was written before the thresholds were set.
import { cnn, conv, deep, dense, dropout, flatten, output, pool } from './networks.mjs';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} what
 * @property {import('./datasets.mjs').DatasetName} [dataset] `plain` where left out
 * @property {import('./networks.mjs').Layer[]} layers
 * @property {import('@trainyard/contracts').TrainingOptions} training
 * @property {readonly string[]} accepted First verdicts that are right
 */

const adam = (learning_rate = 0.001) => ({ type: /** @type {const} */ ('adam'), learning_rate });
const sgd = (learning_rate = 0.01, momentum = 0) => ({ type: /** @type {const} */ ('sgd'), learning_rate, momentum });
const normal = (/** @type {number} */ stddev) => ({ type: 'random_normal', mean: 0, stddev });

/** @type {readonly Case[]} */
export const FAULTS = [
  {
    name: 'overfitting',
    what: 'a wide network without regularisation, trained far beyond its best epoch',
    layers: [conv(16), pool, flatten, dense(256), output],
    training: { epochs: 25, optimizer: adam() },
    accepted: ['overfitting'],
  },
  {
    name: 'too_little_data',
    what: 'nine images of each class',
    dataset: 'few',
    layers: cnn(),
    training: { epochs: 40, batch_size: 16, optimizer: adam() },
    accepted: ['too_little_data', 'overfitting'],
  },
  {
    name: 'underfitting_capacity',
    what: 'two filters, averaged over the image',
    layers: [conv(2), { type: 'global_average_pooling2d' }, output],
    training: { epochs: 25, optimizer: adam(0.01) },
    accepted: ['underfitting'],
  },
  {
    name: 'underfitting_l2',
    what: 'an L2 penalty a thousand times too large',
    layers: cnn({ kernel_regularizer: { type: 'l2', l2: 1 } }),
    training: { epochs: 15, optimizer: adam() },
    accepted: ['underfitting'],
  },
  {
    name: 'underfitting_dropout',
    what: 'nine of ten values dropped, twice',
    layers: [conv(8), pool, conv(16), pool, flatten, dropout(0.9), dense(32), dropout(0.9), output],
    training: { epochs: 15, optimizer: adam() },
    accepted: ['underfitting'],
  },
  {
    name: 'still_improving',
    what: 'stopped after four epochs of SGD',
    layers: cnn(),
    training: { epochs: 4, optimizer: sgd(0.02, 0.5) },
    accepted: ['still_improving'],
  },
  {
    name: 'learning_rate_too_high',
    what: 'Adam with a hundred times its usual rate',
    layers: cnn(),
    training: { epochs: 8, optimizer: adam(0.1) },
    accepted: ['learning_rate_too_high', 'divergence', 'dead_relu'],
  },
  {
    name: 'learning_rate_too_low',
    what: 'Adam with a thousandth of its usual rate',
    layers: cnn(),
    training: { epochs: 8, optimizer: adam(1e-6) },
    accepted: ['learning_rate_too_low'],
  },
  {
    name: 'divergence',
    what: 'SGD with a rate of 50: the loss is soon no number',
    layers: cnn({ activation: 'leaky_relu' }),
    training: { epochs: 8, optimizer: sgd(50, 0.9) },
    accepted: ['divergence', 'learning_rate_too_high', 'exploding_gradients'],
  },
  {
    name: 'dead_relu',
    what: 'biases of -3 keep most ReLUs at 0',
    layers: cnn({ bias_initializer: { type: 'constant', value: -3 } }),
    training: { epochs: 8, optimizer: adam() },
    accepted: ['dead_relu', 'bad_initialization'],
  },
  {
    name: 'saturated_activations',
    what: 'pixels from 0 to 255 into tanh',
    layers: [flatten, dense(64, { activation: 'tanh' }), dense(64, { activation: 'tanh' }), output],
    training: { epochs: 8, normalization: 'none', optimizer: adam() },
    accepted: ['saturated_activations'],
  },
  {
    name: 'vanishing_gradients',
    what: 'eight layers of sigmoids',
    layers: deep(8, 32, { activation: 'sigmoid' }),
    training: { epochs: 8, optimizer: sgd(0.1) },
    accepted: ['vanishing_gradients'],
  },
  {
    name: 'exploding_gradients',
    what: 'pixels from 0 to 255 into a deep ReLU network',
    layers: deep(5, 48, { kernel_initializer: 'he_normal' }),
    training: { epochs: 8, normalization: 'none', optimizer: sgd(0.01) },
    accepted: ['exploding_gradients', 'divergence', 'dead_relu'],
  },
  {
    name: 'bad_initialization_zeros',
    what: 'all weights start at 0, so that all units stay alike',
    layers: cnn({ kernel_initializer: 'zeros' }),
    training: { epochs: 8, optimizer: adam() },
    accepted: ['bad_initialization'],
  },
  {
    name: 'bad_initialization_large',
    what: 'weights start with a deviation of 1, far from what their fans ask for',
    layers: cnn({ kernel_initializer: normal(1) }),
    training: { epochs: 8, optimizer: adam() },
    accepted: ['bad_initialization', 'exploding_gradients'],
  },
  {
    name: 'class_imbalance',
    what: 'fifty images of one class for each of another',
    dataset: 'imbalanced',
    layers: cnn(),
    training: { epochs: 6, optimizer: adam(), metrics: ['accuracy', 'recall'] },
    accepted: ['class_imbalance'],
  },
  {
    name: 'leakage',
    what: 'half of the test split is trained on',
    dataset: 'leaking',
    layers: [conv(16), pool, flatten, dense(128), output],
    training: { epochs: 15, optimizer: adam() },
    accepted: ['leakage'],
  },
];

/** @type {readonly Case[]} */
export const CONTROLS = [
  {
    name: 'healthy_cnn',
    what: 'two convolutions and dropout, a rate that decays to 0',
    layers: [conv(8), pool, conv(16), pool, flatten, dropout(0.4), output],
    training: { epochs: 15, optimizer: adam(0.002), schedule: { type: 'cosine' } },
    accepted: ['healthy'],
  },
  {
    name: 'healthy_batch_norm',
    what: 'batch normalisation behind each convolution',
    layers: [
      ...[8, 16].flatMap((filters) => [
        conv(filters, { activation: 'linear', use_bias: false, kernel_initializer: 'he_normal' }),
        { type: 'batch_normalization', momentum: 0.9 },
        { type: 'relu' },
        pool,
      ]),
      flatten,
      dropout(0.5),
      output,
    ],
    training: { epochs: 12, optimizer: adam(0.001), schedule: { type: 'cosine' } },
    accepted: ['healthy'],
  },
  {
    name: 'healthy_dense',
    what: 'a dense network with dropout and L2, ended by early stopping',
    layers: [
      flatten,
      dense(64, { kernel_initializer: 'he_normal', kernel_regularizer: { type: 'l2', l2: 0.0005 } }),
      dropout(0.4),
      output,
    ],
    training: { epochs: 40, optimizer: adam(0.001), early_stopping: { patience: 3, min_delta: 0.005 } },
    accepted: ['healthy'],
  },
  {
    name: 'healthy_momentum',
    what: 'SGD with momentum and augmentation',
    layers: [conv(8), pool, conv(16), pool, flatten, dropout(0.3), dense(32), output],
    training: {
      epochs: 18,
      optimizer: sgd(0.03, 0.9),
      schedule: { type: 'cosine' },
      augmentation: { random_crop: { padding: 0.0714 } },
    },
    accepted: ['healthy'],
  },
  {
    name: 'healthy_tanh',
    what: "LeNet's tanh, ended by early stopping",
    layers: [
      conv(6, { activation: 'tanh' }),
      { type: 'average_pooling2d' },
      conv(16, { activation: 'tanh' }),
      { type: 'average_pooling2d' },
      flatten,
      dropout(0.3),
      dense(48, { activation: 'tanh' }),
      output,
    ],
    training: { epochs: 30, optimizer: adam(0.001), early_stopping: { patience: 3, min_delta: 0.005 } },
    accepted: ['healthy'],
  },
];
