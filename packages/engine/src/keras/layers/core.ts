/** Dense layers, activations as layers of their own, and noise. */
import { shortestFloat } from '../floats.js';
import {
  type Argument,
  activation,
  constraint,
  copy,
  initializer,
  kernelAndBias,
  type LayerRule,
  type LayerRules,
  regularizer,
} from './rule.js';

const number =
  (...keys: readonly string[]): Argument =>
  (config) =>
    shortestFloat(config.take(...keys));

/** The numbers of another generator could not be had from its seed. */
const unseeded: Argument = (config) => {
  if (config.find('seed', 'seed_generator'))
    config.session.note(`${config.subject}: seed is left out; the job's seed decides`);
  return undefined;
};

/** The last axis is -1, also where it was counted from the front. */
const lastAxis: Argument = (config) => {
  const axis = config.axes('axis', -1);
  return axis === (config.takesImage ? 3 : 1) ? -1 : axis;
};

const dropout = (type: string): LayerRule => ({
  type,
  arguments: { rate: number('rate', 'p'), seed: unseeded },
  only: { noise_shape: [[], 'use SpatialDropout2D to drop whole channels'] },
});

export const core: LayerRules = {
  Dense: {
    type: 'dense',
    hasWeights: true,
    arguments: { units: copy('units', 'output_dim'), activation, ...kernelAndBias },
    only: { lora_rank: [[], 'leave it out'] },
  },
  Activation: { type: 'activation', arguments: { activation } },
  ReLU: {
    type: 'relu',
    arguments: {
      max_value: number('max_value'),
      negative_slope: number('negative_slope'),
      threshold: number('threshold'),
    },
  },
  /** x above theta, else 0 */
  ThresholdedReLU: { type: 'relu', arguments: { threshold: (config) => shortestFloat(config.take('theta') ?? 1) } },
  LeakyReLU: { type: 'leaky_relu', arguments: { negative_slope: number('negative_slope', 'alpha') } },
  ELU: { type: 'elu', arguments: { alpha: number('alpha') } },
  PReLU: {
    type: 'prelu',
    hasWeights: true,
    arguments: {
      alpha_initializer: initializer('alpha_initializer', 'init'),
      alpha_regularizer: regularizer('alpha_regularizer'),
      alpha_constraint: constraint('alpha_constraint'),
      shared_axes: (config) => config.axes('shared_axes'),
    },
    only: { weights: [[], 'leave it out'] },
  },
  Softmax: { type: 'softmax', arguments: { axis: lastAxis } },
  Dropout: dropout('dropout'),
  SpatialDropout2D: dropout('spatial_dropout2d'),
  GaussianNoise: { type: 'gaussian_noise', arguments: { stddev: number('stddev', 'sigma'), seed: unseeded } },
};
