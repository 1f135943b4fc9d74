import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { ErrorRecord } from './errors.js';
import { TrainyardError } from './errors.js';
import { LOSSES } from './loss.js';
import { METRICS } from './metric.js';
import { OPTIMIZERS, resolveOptimizer } from './optimizer.js';
import { resolveSchedule, SCHEDULES, type ScheduleOptions } from './schedule.js';
import { resolveTraining, TrainingOptions } from './training.js';

function recordOf(act: () => unknown): ErrorRecord {
  try {
    act();
  } catch (error) {
    if (error instanceof TrainyardError) return error.toRecord();
    throw error;
  }
  throw new Error('nothing was refused');
}

const pointersOf = (act: () => unknown) => recordOf(act).errors?.map(({ pointer }) => pointer);
const fits = (training: unknown) => Value.Check(TrainingOptions, training);

describe('a training without any field', () => {
  it('has every default', () => {
    expect(resolveTraining()).toEqual({
      epochs: 10,
      batch_size: 32,
      optimizer: {
        type: 'adam',
        learning_rate: 0.001,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
        amsgrad: false,
        weight_decay: 0,
      },
      schedule: { type: 'constant', warmup_epochs: 0, warmup_steps: 0, warmup_start_factor: 0 },
      loss: { type: 'categorical_crossentropy' },
      metrics: [{ type: 'accuracy' }],
      class_weights: null,
      label_smoothing: 0,
      layer_learning_rates: [],
      normalization: 'unit',
      augmentation: null,
      gradient_clip_norm: null,
      gradient_clip_value: null,
      ema: null,
      early_stopping: null,
      budget: null,
      checkpoints: { every_epochs: 1, every_steps: null, every_seconds: 30, keep: 3 },
      seed: 0,
      precision: 'float32',
    });
  });

  it('takes from the model and the data what depends on them', () => {
    const defaults = { trainImages: 7, loss: 'huber', metrics: ['mae', 'rmse'], normalization: 'none' } as const;
    expect(resolveTraining({}, defaults)).toMatchObject({
      batch_size: 7,
      loss: { type: 'huber', delta: 1 },
      metrics: [{ type: 'mae' }, { type: 'rmse' }],
      normalization: 'none',
    });
    const options = { loss: 'mse', metrics: [], normalization: 'symmetric', batch_size: 9 } as const;
    const own = { loss: { type: 'mse' }, metrics: [], normalization: 'symmetric', batch_size: 9 };
    expect(resolveTraining({ ...options, metrics: [] }, defaults)).toMatchObject(own);
  });
});

describe('the options of a training', () => {
  it.each<[string, unknown]>([
    ['every optimizer', Object.keys(OPTIMIZERS).map((type) => ({ optimizer: { type } }))],
    ['every loss by name', Object.keys(LOSSES).map((loss) => ({ loss }))],
    ['every loss as an object', Object.keys(LOSSES).map((type) => ({ loss: { type } }))],
    ['every metric by name', [{ metrics: Object.keys(METRICS) }]],
    ['every metric as an object', [{ metrics: Object.keys(METRICS).map((type) => ({ type })) }]],
    ['every schedule', Object.keys(SCHEDULES).map((type) => ({ schedule: { type } }))],
    ['class weights', [{ class_weights: 'balanced' }, { class_weights: { a: 0.5 } }, { class_weights: null }]],
    ['no clipping and no average', [{ gradient_clip_norm: null, gradient_clip_value: null, ema: null }]],
  ])('are %s', (_, trainings) => {
    for (const training of trainings as unknown[]) expect(fits(training), JSON.stringify(training)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a field of another optimizer', { optimizer: { type: 'sgd', rho: 0.9 } }],
    ['an unknown optimizer', { optimizer: { type: 'ftrl' } }],
    ['an argument of another loss', { loss: { type: 'mse', delta: 1 } }],
    ['an unknown loss', { loss: 'poisson' }],
    ['an unknown metric', { metrics: ['bleu'] }],
    ['an argument of another metric', { metrics: [{ type: 'accuracy', k: 3 }] }],
    ['a field of another schedule', { schedule: { type: 'constant', decay_steps: 3 } }],
    ['an unknown schedule', { schedule: { type: 'noam' } }],
    ['negative class weights', { class_weights: { a: -1 } }],
    ['full label smoothing', { label_smoothing: 1 }],
    ['a norm of zero', { gradient_clip_norm: 0 }],
    ['an average that never moves', { ema: { decay: 1 } }],
    ['an unknown field of the average', { ema: { momentum: 0.9 } }],
    ['a momentum of 1', { optimizer: { type: 'sgd', momentum: 1 } }],
    ['a restart that gets shorter', { schedule: { type: 'cosine', decay_steps: 5, restarts: { t_mul: 0.5 } } }],
    ['an unknown field', { early_stop: {} }],
  ])('are not %s', (_, training) => {
    expect(fits(training)).toBe(false);
  });
});

describe('defaults of optimizers', () => {
  it.each([
    [{ type: 'sgd', learning_rate: 0.01, momentum: 0, nesterov: false, weight_decay: 0 }],
    [{ type: 'rmsprop', learning_rate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false, weight_decay: 0 }],
    [{ type: 'adagrad', learning_rate: 0.001, initial_accumulator_value: 0.1, epsilon: 1e-7, weight_decay: 0 }],
    [{ type: 'adadelta', learning_rate: 0.001, rho: 0.95, epsilon: 1e-7, weight_decay: 0 }],
    [{ type: 'lion', learning_rate: 0.001, beta_1: 0.9, beta_2: 0.99, weight_decay: 0 }],
  ] as const)('are those of Keras: $type', (optimizer) => {
    expect(resolveOptimizer({ type: optimizer.type })).toEqual(optimizer);
  });

  it('adamw is adam that decays', () => {
    const adam = resolveOptimizer({ type: 'adam', beta_1: 0.8 });
    expect(resolveOptimizer({ type: 'adamw', beta_1: 0.8 })).toEqual({ ...adam, type: 'adamw', weight_decay: 0.004 });
  });

  it('are not changed by what was posted before', () => {
    const posted = { type: 'sgd', momentum: 0.9 } as const;
    expect(resolveOptimizer(posted)).toMatchObject({ momentum: 0.9 });
    expect(posted).toEqual({ type: 'sgd', momentum: 0.9 });
    expect(resolveOptimizer({ type: 'sgd' })).toMatchObject({ momentum: 0 });
  });
});

describe('class weights', () => {
  const known = { classNames: ['cat', 'dog', 'fox', 'toString'], classCounts: [10, 20, 70, 0] };

  it('balanced are n / (k · nᶜ)', () => {
    expect(resolveTraining({ class_weights: 'balanced' }, known).class_weights).toEqual([2.5, 1.25, 100 / 280, 1]);
  });

  it('by name are put in order, 1 where there is none', () => {
    const training = resolveTraining({ class_weights: { fox: 3, cat: 0 } }, known);
    expect(training.class_weights).toEqual([0, 1, 3, 1]);
  });

  it('of unknown classes are refused', () => {
    const record = recordOf(() => resolveTraining({ class_weights: { cat: 1, 'a/b~': 2, cow: 3 } }, known));
    expect(record.code).toBe('invalid_request');
    expect(record.errors?.map(({ pointer }) => pointer)).toEqual([
      '/training/class_weights/a~1b~0',
      '/training/class_weights/cow',
    ]);
    expect(record.errors?.[1].detail).toContain('cat, dog, fox');
  });

  it('are refused for data without classes', () => {
    expect(pointersOf(() => resolveTraining({ class_weights: 'balanced' }))).toEqual(['/training/class_weights']);
    expect(resolveTraining({ class_weights: null }).class_weights).toBeNull();
  });
});

describe('metrics', () => {
  it('have their arguments', () => {
    const { metrics } = resolveTraining({ metrics: ['top_k_accuracy', { type: 'f1' }] });
    expect(metrics).toEqual([{ type: 'top_k_accuracy', k: 5 }, { type: 'f1' }]);
  });

  it('may not come twice', () => {
    const metrics = ['f1', 'auc', { type: 'f1' } as const] as const;
    expect(pointersOf(() => resolveTraining({ metrics: [...metrics] }))).toEqual(['/training/metrics/2']);
  });
});

describe('schedules', () => {
  it.each<[string, ScheduleOptions, string]>([
    ['two warm-ups', { type: 'constant', warmup_epochs: 1, warmup_steps: 1 }, 'warmup_steps'],
    ['two lengths', { type: 'cosine', decay_epochs: 1, decay_steps: 1 }, 'decay_steps'],
    ['restarts after no time', { type: 'cosine', restarts: {} }, 'decay_epochs'],
    ['no steps', { type: 'step' }, 'step_epochs'],
    ['two kinds of steps', { type: 'step', step_epochs: 1, boundaries: [2] }, 'step_epochs'],
    ['boundaries that fall', { type: 'step', boundaries: [2, 4, 4] }, 'boundaries'],
  ])('with %s are refused', (_, schedule, field) => {
    const record = recordOf(() => resolveTraining({ schedule }));
    expect(record).toMatchObject({ code: 'invalid_request', errors: [{ pointer: `/training/schedule/${field}` }] });
  });

  it('fill in what is nested', () => {
    const schedule = resolveSchedule({ type: 'cosine', decay_steps: 5, restarts: { m_mul: 0.5 } });
    expect(schedule).toMatchObject({ alpha: 0, decay_epochs: null, restarts: { t_mul: 2, m_mul: 0.5 } });
  });

  it.each([
    ['val_loss', 'min'],
    ['rmse', 'min'],
    ['val_accuracy', 'max'],
    ['top_k_accuracy', 'max'],
    ['val_auc', 'max'],
  ] as const)('know which way %s is to go', (monitor, mode) => {
    expect(resolveSchedule({ type: 'reduce_on_plateau', monitor })).toMatchObject({ mode });
    expect(resolveSchedule({ type: 'reduce_on_plateau', monitor, mode: 'min' })).toMatchObject({ mode: 'min' });
  });

  it('may monitor only what is measured', () => {
    const plateau = (monitor: string) => ({ schedule: { type: 'reduce_on_plateau', monitor } as const });
    expect(pointersOf(() => resolveTraining(plateau('val_f1')))).toEqual(['/training/schedule/monitor']);
    expect(resolveTraining({ ...plateau('val_f1'), metrics: ['f1'] }).schedule.type).toBe('reduce_on_plateau');
    expect(resolveTraining(plateau('loss')).schedule.type).toBe('reduce_on_plateau');
  });
});
