// Layers of every type with random arguments, as a client would post them.
import { activations } from '../../packages/engine/src/activations/index.js';
import type { Dice } from './dice.js';

export type PostedLayer = Record<string, unknown>;

const ACTIVATIONS: readonly unknown[] = [
  ...Object.keys(activations),
  'relu',
  'tanh',
  { type: 'leaky_relu', negative_slope: 0.1 },
  { type: 'elu', alpha: 0.5 },
  { type: 'gelu', approximate: true },
];
const INITIALIZERS = ['glorot_uniform', 'he_normal', 'zeros', { type: 'random_normal', stddev: 0.1 }];
const REGULARIZERS = ['l2', { type: 'l1', l1: 0.01 }, { type: 'l1_l2', l1: 0.002, l2: 0.01 }];

/** Layers that take an image of any size and leave its sides as they are. */
const SAME_SIDES: readonly ((dice: Dice) => PostedLayer)[] = [
  (dice) => ({ type: 'activation', activation: dice.one(ACTIVATIONS) }),
  (dice) => ({ type: 'relu', ...dice.one([{}, { max_value: 1.5, negative_slope: 0.2 }, { threshold: 0.3 }]) }),
  (dice) => ({ type: 'leaky_relu', ...(dice.chance(0.5) ? { negative_slope: 0.05 } : {}) }),
  (dice) => ({ type: 'prelu', ...(dice.chance(0.5) ? { shared_axes: [1, 2] } : {}) }),
  (dice) => ({ type: 'elu', alpha: dice.one([1, 0.3]) }),
  () => ({ type: 'softmax' }),
  (dice) => ({ type: 'dropout', rate: dice.between(0, 9) / 10 }),
  () => ({ type: 'spatial_dropout2d', rate: 0.3 }),
  () => ({ type: 'gaussian_noise', stddev: 0.2 }),
  batchNormalization,
  batchNormalization,
  layerNormalization,
  (dice) => ({ type: 'layer_normalization', axis: dice.one([[1, 2, 3], [3], -1]) }),
  (dice) => ({ type: 'rescaling', scale: dice.one([0.5, -2]), offset: dice.between(-1, 1) }),
  (dice) => ({ type: 'depthwise_conv2d', ...window(dice, 'kernel_size'), ...SAME, activation: dice.one(ACTIVATIONS) }),
];

/** Layers that may make an image smaller, or do not fit a small one. */
const SHRINKING: readonly ((dice: Dice) => PostedLayer)[] = [
  convolution,
  convolution,
  convolution,
  (dice) => ({ ...convolution(dice), type: 'separable_conv2d', groups: undefined, kernel_initializer: undefined }),
  (dice) => ({
    type: 'depthwise_conv2d',
    ...strided(dice),
    depth_multiplier: dice.between(1, 2),
    activation: dice.one(ACTIVATIONS),
  }),
  (dice) => pooling('max_pooling2d', dice),
  (dice) => pooling('max_pooling2d', dice),
  (dice) => pooling('average_pooling2d', dice),
  (dice) => ({ type: 'cropping2d', cropping: borders(dice, 1) }),
];

const GROWING: readonly ((dice: Dice) => PostedLayer)[] = [
  (dice) => ({ type: 'zero_padding2d', padding: borders(dice, 2) }),
  (dice) => ({ type: 'up_sampling2d', size: side(dice, 3), interpolation: dice.one(['nearest', 'bilinear']) }),
  (dice) => ({
    type: 'conv2d_transpose',
    filters: dice.between(1, 4),
    kernel_size: side(dice, 4),
    strides: side(dice, 3),
    padding: dice.one(['valid', 'same']),
    use_bias: dice.chance(0.7),
    activation: dice.one(ACTIVATIONS),
  }),
];

const OF_UNITS: readonly ((dice: Dice) => PostedLayer)[] = [
  (dice) => ({ type: 'dense', units: dice.between(1, 9), activation: dice.one(ACTIVATIONS) }),
  (dice) => ({ type: 'dense', units: dice.between(1, 9), kernel_regularizer: dice.one(REGULARIZERS) }),
  (dice) => ({ type: 'activation', activation: dice.one(ACTIVATIONS) }),
  (dice) => ({ type: 'dropout', rate: dice.between(0, 9) / 10 }),
  () => ({ type: 'prelu' }),
  () => ({ type: 'elu' }),
  () => ({ type: 'gaussian_noise', stddev: 0.1 }),
  () => ({ type: 'flatten' }),
  batchNormalization,
  layerNormalization,
];

export function shrinkingLayer(dice: Dice): PostedLayer {
  return defined(dice.one([...SHRINKING, ...SHRINKING, ...SAME_SIDES])(dice));
}

export function growingLayer(dice: Dice): PostedLayer {
  return dice.one(GROWING)(dice);
}

export function sameSidesLayer(dice: Dice): PostedLayer {
  return dice.one(SAME_SIDES)(dice);
}

export function unitsLayer(dice: Dice): PostedLayer {
  return dice.one(OF_UNITS)(dice);
}

const SAME = { padding: 'same', strides: 1 } as const;

/** Keeps the sides and gives as many channels as are asked for. */
export function sameSidesConvolution(filters: number, dice: Dice): PostedLayer {
  const type = dice.one(['conv2d', 'conv2d', 'separable_conv2d', 'conv2d_transpose']);
  return { type, filters, kernel_size: side(dice, 3), ...SAME, activation: dice.one(ACTIVATIONS) };
}

function convolution(dice: Dice): PostedLayer {
  const groups = dice.chance(0.2) ? 2 : 1;
  return {
    type: 'conv2d',
    filters: groups * dice.between(1, 4),
    groups,
    ...strided(dice),
    activation: dice.one(ACTIVATIONS),
    use_bias: dice.chance(0.7),
    kernel_initializer: dice.one(INITIALIZERS),
    ...(dice.chance(0.2) ? { bias_regularizer: dice.one(REGULARIZERS) } : {}),
  };
}

/** Keras has strides or dilated kernels, not both at once. */
function strided(dice: Dice): PostedLayer {
  const steps = dice.chance(0.2) ? { dilation_rate: side(dice, 3) } : { strides: side(dice, 3) };
  return { ...window(dice, 'kernel_size'), ...steps, padding: dice.one(['valid', 'same', 'same']) };
}

function pooling(type: string, dice: Dice): PostedLayer {
  const strides = dice.chance(0.5) ? { strides: side(dice, 4) } : {};
  return { type, ...window(dice, 'pool_size'), padding: dice.one(['valid', 'same', 'same']), ...strides };
}

function window(dice: Dice, argument: string): PostedLayer {
  return { [argument]: side(dice, 4) };
}

function batchNormalization(dice: Dice): PostedLayer {
  return { type: 'batch_normalization', momentum: 0.9, center: dice.chance(0.8), scale: dice.chance(0.8) };
}

function layerNormalization(dice: Dice): PostedLayer {
  return { type: 'layer_normalization', epsilon: 0.01, center: dice.chance(0.8), scale: dice.chance(0.8) };
}

function side(dice: Dice, largest: number): number | number[] {
  const one = () => dice.between(1, largest);
  return dice.chance(0.5) ? one() : [one(), one()];
}

/** Any of Keras' three forms. */
function borders(dice: Dice, largest: number): unknown {
  const one = () => dice.between(0, largest);
  return dice.one([
    () => one(),
    () => [one(), one()],
    () => [
      [one(), one()],
      [one(), one()],
    ],
  ])();
}

function defined(layer: PostedLayer): PostedLayer {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));
}
