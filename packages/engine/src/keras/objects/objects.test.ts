import { describe, expect, it } from 'vitest';
import { activations } from '../../activations/index.js';
import { INITIALIZERS } from '../../initializers/initializer.js';
import { parseModelSpec } from '../../spec/parse.js';
import { importKeras } from '../import.js';

/** What becomes of one argument of a dense layer. */
function argument(key: string, value: unknown, extra: object = {}, ours = key): unknown {
  const layer = { class_name: 'Dense', config: { name: 'x', units: 2, [key]: value } };
  const posted = { class_name: 'Sequential', config: [{ class_name: 'Flatten', config: {} }, layer], ...extra };
  const { spec } = importKeras(posted);
  return Object.entries(parseModelSpec(spec).layers[1]).find(([name]) => name === ours)?.[1];
}

const keras1 = { keras_version: '1.2.1' };
const keras3 = { module: 'keras' };
const object = (class_name: string, config: object = {}) => ({ class_name, config });

describe("Keras' initialisers are read", () => {
  it.each([
    ['glorot_uniform', 'glorot_uniform'],
    ['GlorotUniform', 'glorot_uniform'],
    ['heNormal', 'he_normal'],
    ['zero', 'zeros'],
    ['normal', 'random_normal'],
    [object('Zeros'), 'zeros'],
    [object('Ones'), 'ones'],
    [object('Constant', { value: 0.5 }), { type: 'constant', value: 0.5 }],
    [object('RandomNormal', { mean: 1, stddev: 2, seed: null }), { type: 'random_normal', mean: 1, stddev: 2 }],
    [
      object('RandomUniform', { minval: -1, maxval: 1, seed: 3 }),
      { type: 'random_uniform', minval: -1, maxval: 1, seed: 3 },
    ],
    [object('TruncatedNormal', { stddev: 0.1 }), { type: 'truncated_normal', stddev: 0.1 }],
    [object('GlorotUniform', { seed: 7, dtype: 'float32' }), { type: 'glorot_uniform', seed: 7 }],
    [
      object('GlorotNormal', { seed: { class_name: 'SeedGenerator', config: { seed: 9 } } }),
      { type: 'glorot_normal', seed: 9 },
    ],
    [object('HeUniform'), 'he_uniform'],
    [object('HeNormal'), 'he_normal'],
    [object('LecunUniform'), 'lecun_uniform'],
    [object('LecunNormal'), 'lecun_normal'],
    [object('Orthogonal', { gain: 1.5 }), { type: 'orthogonal', gain: 1.5 }],
    [object('VarianceScaling', { scale: 2.0, mode: 'fan_in', distribution: 'normal' }), 'he_normal'],
    [
      object('VarianceScaling', { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: 4 }),
      { type: 'glorot_uniform', seed: 4 },
    ],
    [
      object('VarianceScaling', { scale: 0.3333333333333333, mode: 'fan_out', distribution: 'uniform' }),
      { type: 'variance_scaling', scale: 0.3333333333333333, mode: 'fan_out', distribution: 'uniform' },
    ],
  ])('%j', (written, ours) => {
    expect(argument('kernel_initializer', written)).toEqual(ours);
  });

  it.each([
    ['glorot_uniform', 'glorot_uniform'],
    ['uniform', 'random_uniform'],
    ['he_normal', { type: 'variance_scaling', scale: 2, mode: 'fan_in', distribution: 'untruncated_normal' }],
    ['orthogonal', { type: 'orthogonal', gain: 1.1 }],
  ])('%s of Keras 1, which cut no normal variable off', (written, ours) => {
    expect(argument('init', written, keras1, 'kernel_initializer')).toEqual(ours);
  });

  it('so that each of ours can be reached', () => {
    for (const name of Object.keys(INITIALIZERS)) {
      expect(argument('kernel_initializer', name), name).toEqual(name === 'variance_scaling' ? 'lecun_normal' : name);
    }
  });
});

describe("Keras' regularisers and constraints are read", () => {
  it.each([
    ['l2', { type: 'l2', l2: 0.01 }],
    ['l1_l2', { type: 'l1_l2', l1: 0.01, l2: 0.01 }],
    [object('L2', { l2: 0.009999999776482582 }), { type: 'l2', l2: 0.01 }],
    [object('L1', { l1: 0.5 }), { type: 'l1', l1: 0.5 }],
    [object('L1L2', { l1: 0.0, l2: 0.0 }), undefined],
    [object('L1L2', { l1: 0.0, l2: 0.25 }), { type: 'l2', l2: 0.25 }],
    [object('L1L2', { l1: 0.5, l2: 0.25 }), { type: 'l1_l2', l1: 0.5, l2: 0.25 }],
    [
      { name: 'L1L2Regularizer', l1: 0.5, l2: 0 },
      { type: 'l1', l1: 0.5 },
    ],
    [
      { name: 'WeightRegularizer', l1: 0, l2: 0.5 },
      { type: 'l2', l2: 0.5 },
    ],
  ])('%j', (written, ours) => {
    expect(argument('kernel_regularizer', written)).toEqual(ours);
    expect(argument('b_regularizer', written, keras1, 'bias_regularizer')).toEqual(ours);
  });

  it.each([
    [object('MaxNorm', { max_value: 3, axis: [0, 1] }), { type: 'max_norm', max_value: 3, axis: [0, 1] }],
    ['max_norm', 'max_norm'],
    [
      { name: 'MaxNorm', m: 4, axis: 0 },
      { type: 'max_norm', max_value: 4, axis: 0 },
    ],
    [object('NonNeg'), 'non_neg'],
    [object('UnitNorm', { axis: 1 }), { type: 'unit_norm', axis: 1 }],
  ])('%j', (written, ours) => {
    expect(argument('kernel_constraint', written)).toEqual(ours);
  });
});

describe("Keras' activations are read", () => {
  it.each([
    ['swish', 'silu'],
    ['hard_silu', 'hard_swish'],
    ['softmax_v2', 'softmax'],
    [{ module: 'builtins', class_name: 'function', config: 'relu', registered_name: 'function' }, 'relu'],
    [
      { module: 'keras.layers', ...object('LeakyReLU', { name: 'y', trainable: true, negative_slope: 0.1 }) },
      { type: 'leaky_relu', negative_slope: 0.1 },
    ],
    [object('LeakyReLU'), { type: 'leaky_relu', negative_slope: 0.3 }],
    [object('ELU', { alpha: 2 }), { type: 'elu', alpha: 2 }],
    [object('ReLU', { max_value: 6, negative_slope: 0 }), 'relu6'],
    [object('ReLU', { max_value: null }), 'relu'],
    [object('Softmax', { axis: -1 }), 'softmax'],
  ])('%j', (written, ours) => {
    expect(argument('activation', written)).toEqual(ours);
  });

  it('so that each of ours can be reached', () => {
    for (const name of Object.keys(activations)) expect(argument('activation', name, keras3), name).toBe(name);
  });

  it("but not the hard sigmoid of Keras 2, which is not Keras 3's", () => {
    expect(() => argument('activation', 'hard_sigmoid')).toThrow(
      'Nearest are Rescaling(0.2, 0.5) and ReLU(max_value=1), which are this one',
    );
  });
});
