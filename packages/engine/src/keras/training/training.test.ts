import { resolveTraining, TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { importKeras } from '../import.js';

const layers = (activation = 'softmax') => [
  { class_name: 'Flatten', config: { batch_input_shape: [null, 4, 4, 1] } },
  { class_name: 'Dense', config: { name: 'out', units: 3, activation } },
];
const model = (activation?: string) => ({ class_name: 'Sequential', config: layers(activation) });

/** The training of a model that was compiled with this; it must also be one that a job takes. */
function training(compile_config: unknown, activation?: string) {
  const imported = importKeras({ ...model(activation), compile_config });
  resolveTraining(imported.training);
  return imported;
}

const object = (class_name: string, config: object = {}) => ({ class_name, config });
const optimizer = (class_name: string, config: object = {}) =>
  training({ optimizer: object(class_name, config) }).training;

function errorsOf(compile_config: unknown, activation?: string): string[] {
  try {
    training(compile_config, activation);
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

const UNUSED = {
  weight_decay: null,
  clipnorm: null,
  global_clipnorm: null,
  clipvalue: null,
  use_ema: false,
  ema_momentum: 0.99,
  ema_overwrite_frequency: null,
  loss_scale_factor: null,
  gradient_accumulation_steps: null,
};

describe('an optimizer becomes the default', () => {
  it.each([
    [
      'Adam',
      {
        name: 'adam',
        learning_rate: 0.0010000000474974513,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
        amsgrad: false,
        ...UNUSED,
      },
      { type: 'adam', learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    ],
    [
      'AdamW',
      { learning_rate: 0.002, weight_decay: 0.004 },
      { type: 'adamw', learning_rate: 0.002, weight_decay: 0.004 },
    ],
    [
      'SGD',
      { lr: 0.009999999776482582, momentum: 0.8999999761581421, decay: 0.0, nesterov: true },
      { type: 'sgd', learning_rate: 0.01, momentum: 0.9, nesterov: true },
    ],
    [
      'RMSprop',
      { lr: 0.001, rho: 0.9, epsilon: null, decay: 0, centered: true },
      { type: 'rmsprop', learning_rate: 0.001, rho: 0.9, centered: true },
    ],
    ['Adagrad', { initial_accumulator_value: 0.2 }, { type: 'adagrad', initial_accumulator_value: 0.2 }],
    ['Adadelta', { rho: 0.95 }, { type: 'adadelta', rho: 0.95 }],
    ['Lion', { beta_2: 0.98, is_legacy_optimizer: false, jit_compile: true }, { type: 'lion', beta_2: 0.98 }],
    ['Custom>Adam', {}, { type: 'adam' }],
  ])('%s %j', (className, config, ours) => {
    expect(optimizer(className, config)).toEqual({ optimizer: ours });
  });

  it('also where Keras 1 or tf.keras wrote it', () => {
    const keras1 = {
      ...model(),
      optimizer: { name: 'Adadelta', lr: 1.0, rho: 0.95, epsilon: 1e-8, decay: 0 },
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
      sample_weight_mode: null,
      loss_weights: null,
      keras_version: '1.0.5',
    };
    const written = { loss: 'categorical_crossentropy', metrics: ['accuracy'] };
    expect(importKeras(keras1).training).toEqual({
      optimizer: { type: 'adadelta', learning_rate: 1, rho: 0.95, epsilon: 1e-8 },
      ...written,
    });
    const training_config = {
      optimizer_config: object('Adam', { learning_rate: 0.01 }),
      loss: 'categorical_crossentropy',
      metrics: [
        ['accuracy', object('MeanMetricWrapper', { name: 'accuracy', dtype: 'float32', fn: 'categorical_accuracy' })],
      ],
      weighted_metrics: null,
      loss_weights: null,
      sample_weight_mode: null,
    };
    const ours = { optimizer: { type: 'adam', learning_rate: 0.01 }, ...written };
    const saved = { model_config: model(), training_config };
    expect(importKeras(saved).training).toEqual(ours);
    expect(importKeras({ ...saved, training_config: JSON.stringify(training_config) }).training).toEqual(ours);
    expect(importKeras({ modelTopology: saved, format: 'layers-model' }).training).toEqual(ours);
    expect(training({ optimizer: 'adam' }).training).toEqual({ optimizer: { type: 'adam' } });
    expect(training({}).training).toEqual({});
  });

  it('with what it clips and averages', () => {
    expect(optimizer('SGD', { global_clipnorm: 1.5, clipvalue: 0.5, use_ema: true, ema_momentum: 0.9 })).toEqual({
      optimizer: { type: 'sgd' },
      gradient_clip_norm: 1.5,
      gradient_clip_value: 0.5,
      ema: { decay: 0.9 },
    });
  });

  it.each([
    [
      'ExponentialDecay',
      { initial_learning_rate: 0.1, decay_steps: 100, decay_rate: 0.9, staircase: true, name: 'x' },
      0.1,
      { type: 'exponential', decay_steps: 100, decay_rate: 0.9, staircase: true },
    ],
    [
      'PolynomialDecay',
      { initial_learning_rate: 0.1, decay_steps: 100, end_learning_rate: 0.01, power: 2, cycle: false },
      0.1,
      { type: 'polynomial', decay_steps: 100, end_learning_rate: 0.01, power: 2, cycle: false },
    ],
    [
      'CosineDecay',
      { initial_learning_rate: 0.1, decay_steps: 100, alpha: 0, warmup_target: null, warmup_steps: 0 },
      0.1,
      { type: 'cosine', decay_steps: 100, alpha: 0 },
    ],
    [
      'CosineDecay',
      { initial_learning_rate: 0.1, decay_steps: 100, warmup_target: 0.4, warmup_steps: 10 },
      0.4,
      { type: 'cosine', decay_steps: 100, warmup_steps: 10, warmup_start_factor: 0.25 },
    ],
    [
      'CosineDecayRestarts',
      { initial_learning_rate: 0.1, first_decay_steps: 50, t_mul: 2, m_mul: 0.5, alpha: 0.1 },
      0.1,
      { type: 'cosine', decay_steps: 50, alpha: 0.1, restarts: { t_mul: 2, m_mul: 0.5 } },
    ],
  ])('with the schedule %s', (className, config, learning_rate, schedule) => {
    const written = { learning_rate: { module: 'keras.optimizers.schedules', ...object(className, config) } };
    expect(optimizer('SGD', written)).toEqual({ optimizer: { type: 'sgd', learning_rate }, schedule });
  });

  it.each([
    [object('Nadam'), 'nearest is adam; supported are adam, adamw, sgd'],
    [{ module: 'mine', ...object('SGD'), registered_name: 'mine>SGD' }, 'supported are adam, adamw, sgd'],
    [object('Adam', { clipnorm: 1 }), "nearest is global_clipnorm, a training's gradient_clip_norm"],
    [object('SGD', { decay: 1e-6 }), "nearest is a training's schedule"],
    [object('Adam', { gradient_accumulation_steps: 4 }), 'nearest is a larger batch_size'],
    [object('Adam', { use_ema: true, ema_overwrite_frequency: 100 }), 'nearest is null'],
    [object('Adam', { learning_rate: -1 }), 'expected a number'],
    [object('Adam', { momentum: 0.9 }), 'supported are learning_rate, beta_1'],
    [object('Adam', { learning_rate: object('InverseTimeDecay') }), 'nearest is a schedule of type exponential'],
    [object('Adam', { learning_rate: object('PiecewiseConstantDecay') }), 'nearest is a schedule of type step'],
    [
      object('Adam', { learning_rate: object('ExponentialDecay', { initial_learning_rate: 0.1, decay_steps: -5 }) }),
      'expected an integer of at least 1',
    ],
  ])('but not %j', (written, reason) => {
    const errors = errorsOf({ optimizer: written });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('/compile_config/optimizer');
    expect(errors[0]).toContain(reason);
  });
});

describe('a loss becomes the default', () => {
  it.each([
    ['mse', { loss: 'mse' }],
    ['mean_absolute_error', { loss: 'mae' }],
    ['huber_loss', { loss: 'huber' }],
    [['hinge'], { loss: 'hinge' }],
    [{ out: 'binary_crossentropy' }, { loss: 'binary_crossentropy' }],
    [
      object('SparseCategoricalCrossentropy', {
        from_logits: false,
        reduction: 'auto',
        ignore_class: null,
        name: 'x',
        fn: 'x',
      }),
      { loss: 'sparse_categorical_crossentropy' },
    ],
    [
      object('CategoricalCrossentropy', { label_smoothing: 0.10000000149011612, axis: -1 }),
      { loss: 'categorical_crossentropy', label_smoothing: 0.1 },
    ],
    [
      object('CategoricalFocalCrossentropy', { alpha: 0.5, gamma: 2 }),
      { loss: { type: 'focal', alpha: 0.5, gamma: 2 } },
    ],
    [object('BinaryFocalCrossentropy', { apply_class_balancing: true }), { loss: 'focal' }],
    [object('Huber', { delta: 2 }), { loss: { type: 'huber', delta: 2 } }],
  ])('%j', (written, ours) => {
    expect(training({ loss: written }).training).toEqual(ours);
  });

  it.each([
    ['SparseCategoricalCrossentropy', 'softmax'],
    ['BinaryCrossentropy', 'sigmoid'],
  ])('%s of logits, by an activation that ends the model', (className, activation) => {
    const written = { loss: object(className, { from_logits: true }) };
    const { spec, pointers, notes } = training(written, 'linear');
    expect(spec).toMatchObject({
      layers: [{}, { name: 'out' }, { type: 'activation', name: 'probabilities', activation }],
    });
    expect(pointers).toHaveLength(3);
    expect(notes).toEqual([`a layer of "${activation}" ends the model, since its loss takes logits`]);
    expect(errorsOf(written, 'softmax')).toEqual([
      `/compile_config/loss/config/from_logits: loss ${className}: from_logits true is not supported; the last layer has an activation already; nearest is false`,
    ]);
  });

  it.each([
    ['poisson', 'nearest is mse; supported are categorical_crossentropy'],
    [['mse', 'mae'], 'supported are categorical_crossentropy'],
    [{ module: 'builtins', class_name: 'function', config: 'my_loss', registered_name: 'my_loss' }, 'supported are'],
    [object('BinaryFocalCrossentropy'), 'nearest is true'],
    [object('MeanSquaredError', { reduction: 'sum' }), 'nearest is sum_over_batch_size'],
    [object('Huber', { delta: 'x' }), 'expected a number'],
  ])('but not %j', (written, reason) => {
    const errors = errorsOf({ loss: written });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('/compile_config/loss');
    expect(errors[0]).toContain(reason);
  });

  it('weighed by 1 alone', () => {
    expect(errorsOf({ loss: 'mse', loss_weights: [1.0] })).toEqual([]);
    expect(errorsOf({ loss: 'mse', loss_weights: { out: 2 } })).toEqual([
      '/compile_config/loss_weights: training: loss_weights {"out":2} is not supported; nearest is a weight of 1 for the one loss',
    ]);
  });
});

describe('metrics become the default', () => {
  it('once each, and others are noted', () => {
    const { training: options, notes } = training({
      metrics: [
        'acc',
        'accuracy',
        object('TopKCategoricalAccuracy', { k: 3 }),
        object('F1Score', { average: null }),
        'mse',
        object('AUC'),
        [object('Recall')],
        null,
      ],
      run_eagerly: false,
      jit_compile: false,
      steps_per_execution: 1,
    });
    expect(options).toEqual({ metrics: ['accuracy', { type: 'top_k_accuracy', k: 3 }, 'f1', 'auc', 'recall'] });
    expect(notes).toEqual(['the metric "mse" is left out; it is not computed here']);
  });
});
