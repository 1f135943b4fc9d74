/**
 * How a model is trained. Every field has a default; `{}` is a valid training. Names and defaults are Keras'. A default
 * that depends on the model stands in no schema, so that what was posted can be told from what was filled in.
 */
import { type Static, Type } from 'typebox';
import {
  type Augmentation,
  AugmentationOptions,
  augmentationContradictions,
  resolveAugmentation,
} from './augmentation.js';
import { type ClassCounts, ClassWeightOptions, resolveClassWeights } from './class-weights.js';
import { type EarlyStopping, EarlyStoppingOptions, resolveEarlyStopping } from './early-stopping.js';
import { type FieldError, TrainyardError } from './errors.js';
import { type LayerRate, LayerRates } from './layer-rates.js';
import { type Loss, LossOptions, resolveLoss } from './loss.js';
import { type Metric, MetricOptions, resolveMetric } from './metric.js';
import { Limit } from './number-schemas.js';
import { type Optimizer, OptimizerOptions, resolveOptimizer } from './optimizer.js';
import { resolveSchedule, type Schedule, ScheduleOptions } from './schedule.js';
import { Nullable, Strict, Words } from './schema.js';

export const NORMALIZATIONS = ['unit', 'symmetric', 'standardize', 'none'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

export const PRECISIONS = ['float32', 'mixed_float16'] as const;
export type Precision = (typeof PRECISIONS)[number];

export const EmaOptions = Strict({
  decay: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.99 })),
});

export const TrainingOptions = Strict({
  epochs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, default: 10 })),
  batch_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description: '32 where left out, or all images of the train split where there are fewer',
    }),
  ),
  optimizer: Type.Optional(OptimizerOptions),
  schedule: Type.Optional(ScheduleOptions),
  layer_learning_rates: Type.Optional(LayerRates),
  loss: Type.Optional(LossOptions),
  metrics: Type.Optional(
    Type.Array(MetricOptions, {
      maxItems: 16,
      description: 'Left out, accuracy where there are classes, else mae and rmse',
    }),
  ),
  class_weights: Type.Optional(ClassWeightOptions),
  label_smoothing: Type.Optional(
    Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'Left out, that of the Keras document, or 0' }),
  ),
  normalization: Type.Optional(
    Words(NORMALIZATIONS, {
      description:
        'unit: [0,1], the default; symmetric: [-1,1]; standardize: zero mean and unit deviation over the train split; none: 0 to 255, the default of a model that begins with rescaling or normalization',
    }),
  ),
  augmentation: Type.Optional(AugmentationOptions),
  gradient_clip_norm: Limit({ description: 'Longest that all gradients together may be, as one vector' }),
  gradient_clip_value: Limit({
    description: 'Largest that any number of a gradient may be, either way; applied before gradient_clip_norm',
  }),
  ema: Type.Optional(
    Nullable(EmaOptions, { description: 'Evaluates and exports a moving average of the weights instead of them' }),
  ),
  early_stopping: Type.Optional(Nullable(EarlyStoppingOptions)),
  budget: Type.Optional(
    Nullable(Strict({ max_seconds: Type.Number({ exclusiveMinimum: 0, maximum: 1e8 }) }), {
      description: 'Time to train; what is trained by then is the result',
    }),
  ),
  checkpoints: Type.Optional(
    Strict({
      every_epochs: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
      every_steps: Type.Optional(
        Nullable(Type.Integer({ minimum: 1 }), {
          description: 'Within epochs too, after the run that reaches the step',
        }),
      ),
      every_seconds: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          maximum: 86_400,
          default: 30,
          description: 'Within epochs too; longer where writing would take more than a hundredth of the time',
        }),
      ),
      keep: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          default: 3,
          description: 'The newest of whole epochs, beside the best',
        }),
      ),
    }),
  ),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, default: 0 })),
  precision: Type.Optional(
    Words(PRECISIONS, {
      default: 'float32',
      description:
        'mixed_float16: convolutions and matrix products in float16, weights in float32, the loss scaled; of jobs with "device": "cuda" alone',
    }),
  ),
});
export type TrainingOptions = Static<typeof TrainingOptions>;

/** A training with every default filled in. */
export interface Training {
  epochs: number;
  batch_size: number;
  optimizer: Optimizer;
  schedule: Schedule;
  layer_learning_rates: LayerRate[];
  loss: Loss;
  metrics: Metric[];
  /** By class, in the order of the data set's classes. */
  class_weights: number[] | null;
  label_smoothing: number;
  normalization: Normalization;
  augmentation: Augmentation | null;
  gradient_clip_norm: number | null;
  gradient_clip_value: number | null;
  ema: { decay: number } | null;
  early_stopping: EarlyStopping | null;
  budget: { max_seconds: number } | null;
  checkpoints: { every_epochs: number; every_steps: number | null; every_seconds: number; keep: number };
  seed: number;
  precision: Precision;
}

/** What the defaults depend on beside the options: the model and the data, where they are known. */
export interface TrainingDefaults extends ClassCounts {
  /** Keeps the default batch from being larger than the data. */
  trainImages?: number;
  loss?: LossOptions;
  metrics?: readonly MetricOptions[];
  normalization?: Normalization;
  /** Of the images that the model takes. */
  channels?: number;
}

const BATCH_SIZE = 32;

/**
 * Fills in the defaults. Throws `invalid_request` for fields that contradict each other, and for weights of classes that
 * the data does not have.
 */
export function resolveTraining(options: TrainingOptions = {}, defaults: TrainingDefaults = {}): Training {
  const training: Training = {
    epochs: options.epochs ?? 10,
    batch_size: options.batch_size ?? Math.min(BATCH_SIZE, defaults.trainImages ?? BATCH_SIZE),
    optimizer: resolveOptimizer(options.optimizer),
    schedule: resolveSchedule(options.schedule),
    layer_learning_rates: options.layer_learning_rates ?? [],
    loss: resolveLoss(options.loss ?? defaults.loss ?? 'categorical_crossentropy'),
    metrics: (options.metrics ?? defaults.metrics ?? ['accuracy']).map(resolveMetric),
    class_weights: resolveClassWeights(options.class_weights, defaults),
    label_smoothing: options.label_smoothing ?? 0,
    normalization: options.normalization ?? defaults.normalization ?? 'unit',
    augmentation: resolveAugmentation(options.augmentation, defaults.channels),
    gradient_clip_norm: options.gradient_clip_norm ?? null,
    gradient_clip_value: options.gradient_clip_value ?? null,
    ema: options.ema ? { decay: options.ema.decay ?? 0.99 } : null,
    early_stopping: options.early_stopping ? resolveEarlyStopping(options.early_stopping) : null,
    budget: options.budget ?? null,
    checkpoints: {
      every_epochs: options.checkpoints?.every_epochs ?? 1,
      every_steps: options.checkpoints?.every_steps ?? null,
      every_seconds: options.checkpoints?.every_seconds ?? 30,
      keep: options.checkpoints?.keep ?? 3,
    },
    seed: options.seed ?? 0,
    precision: options.precision ?? 'float32',
  };
  const errors = contradictions(training, defaults);
  if (errors.length > 0)
    throw new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
  return training;
}

function contradictions(training: Training, { channels }: TrainingDefaults): FieldError[] {
  const { augmentation, batch_size: batchSize } = training;
  return [
    ...repeatedMetrics(training),
    ...unknownMonitors(training),
    ...augmentationContradictions(augmentation, { batchSize, channels }),
  ];
}

/** The figures bear the names of the metrics, so that there can be only one of each. */
function repeatedMetrics({ metrics }: Training): FieldError[] {
  return metrics.flatMap(({ type }, i) =>
    metrics.findIndex((metric) => metric.type === type) === i
      ? []
      : [{ pointer: `/training/metrics/${i}`, detail: `Expected each metric once; ${type} is there already.` }],
  );
}

function unknownMonitors({ schedule, early_stopping, metrics }: Training): FieldError[] {
  const known = ['loss', ...metrics.map(({ type }) => type)];
  const refuse = (monitor: string, pointer: string): FieldError[] => {
    if (known.includes(monitor.replace(/^val_/, ''))) return [];
    const detail = `Expected one of ${known.join(', ')}, or one of them with val_ before it; received ${monitor}.`;
    return [{ pointer, detail }];
  };
  return [
    ...(schedule.type === 'reduce_on_plateau' ? refuse(schedule.monitor, '/training/schedule/monitor') : []),
    ...(early_stopping ? refuse(early_stopping.monitor, '/training/early_stopping/monitor') : []),
  ];
}
