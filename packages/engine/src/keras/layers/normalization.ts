/** Normalisation by batches, by layers and by fixed figures, and rescaling. */
import type { LayerConfig } from './layer-config.js';
import { type Argument, constraint, copy, initializer, type LayerRule, type LayerRules, regularizer } from './rule.js';

const SCALE_AND_SHIFT: Readonly<Record<string, Argument>> = {
  epsilon: copy('epsilon'),
  center: copy('center'),
  scale: copy('scale'),
  beta_initializer: initializer('beta_initializer', 'beta_init'),
  gamma_initializer: initializer('gamma_initializer', 'gamma_init'),
  beta_regularizer: regularizer('beta_regularizer'),
  gamma_regularizer: regularizer('gamma_regularizer'),
  beta_constraint: constraint('beta_constraint'),
  gamma_constraint: constraint('gamma_constraint'),
};

/** tf.keras writes one axis as a list of it. */
const oneAxis: Argument = (config) => {
  const axes = config.axes('axis', -1);
  return Array.isArray(axes) && axes.length === 1 ? axes[0] : axes;
};

const batchNormalization: LayerRule = {
  type: 'batch_normalization',
  hasWeights: true,
  arguments: {
    axis: oneAxis,
    momentum: copy('momentum'),
    ...SCALE_AND_SHIFT,
    moving_mean_initializer: initializer('moving_mean_initializer'),
    moving_variance_initializer: initializer('moving_variance_initializer'),
  },
  only: {
    mode: [[0], 'nearest is 0, which normalises each channel over the batch'],
    renorm: [[false], 'nearest is plain batch normalisation'],
    renorm_clipping: [[], 'leave it out'],
    renorm_momentum: [[0.99], 'leave it out'],
    synchronized: [[false, true], 'training runs on one device'],
    fused: [[true, false], 'leave it out'],
    virtual_batch_size: [[], 'leave it out'],
    adjustment: [[], 'leave it out'],
  },
};

/** Mean and variance; without them Keras takes those that `adapt` found, and we those of the train split. */
const figures =
  (key: string): Argument =>
  (config) => {
    const value = config.take(key);
    if (value === undefined)
      config.session.note(`${config.subject}: ${key} is left out; that of the train split is used`);
    return flat(value);
  };

/** Keras writes figures by channel as [[[[a, b, c]]]] where it was built. */
function flat(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) ? flat(value[0]) : value;
}

function checkNormalizationAxis(config: LayerConfig): undefined {
  const axes = oneAxis(config);
  if (axes === undefined || axes === -1 || axes === 3) return undefined;
  config.refuse('axis', 'nearest is the axis of the channels, -1');
  return undefined;
}

export const normalization: LayerRules = {
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  BatchNormalizationV2: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LayerNormalization: {
    type: 'layer_normalization',
    hasWeights: true,
    arguments: { axis: (config) => config.axes('axis', -1), ...SCALE_AND_SHIFT },
    only: { rms_scaling: [[false], 'nearest is false'] },
  },
  Rescaling: { type: 'rescaling', arguments: { scale: copy('scale'), offset: copy('offset') } },
  Normalization: {
    type: 'normalization',
    arguments: { axis: checkNormalizationAxis, mean: figures('mean'), variance: figures('variance') },
    only: { invert: [[false], 'nearest is false'] },
  },
};
