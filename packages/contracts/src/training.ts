/** How a model is trained. Every field has a default; `{}` is a valid training. Names and defaults are Keras'. */
import { type Static, Type } from 'typebox';
import { Strict, Words } from './schema.js';

const LearningRate = (value: number) => Type.Number({ exclusiveMinimum: 0, maximum: 100, default: value });
const Decay = (value: number) => Type.Number({ minimum: 0, exclusiveMaximum: 1, default: value });

export const AdamOptions = Strict({
  type: Type.Literal('adam'),
  learning_rate: Type.Optional(LearningRate(0.001)),
  beta_1: Type.Optional(Decay(0.9)),
  beta_2: Type.Optional(Decay(0.999)),
  epsilon: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1e-7 })),
});

export const SgdOptions = Strict({
  type: Type.Literal('sgd'),
  learning_rate: Type.Optional(LearningRate(0.01)),
  momentum: Type.Optional(Decay(0)),
});

export const OptimizerOptions = Type.Union([AdamOptions, SgdOptions]);
export type OptimizerOptions = Static<typeof OptimizerOptions>;

export const NORMALIZATIONS = ['unit', 'symmetric', 'standardize', 'none'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

export const LOSSES = ['categorical_crossentropy'] as const;
export type LossName = (typeof LOSSES)[number];

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
  loss: Type.Optional(Words(LOSSES, { default: 'categorical_crossentropy' })),
  metrics: Type.Optional(Type.Array(Words(['accuracy'] as const))),
  normalization: Type.Optional(
    Words(NORMALIZATIONS, {
      default: 'unit',
      description:
        'unit: [0,1]; symmetric: [-1,1]; standardize: zero mean and unit deviation over the train split; none: 0 to 255',
    }),
  ),
  checkpoints: Type.Optional(
    Strict({
      every_epochs: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
      keep: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1000, default: 3, description: 'The newest, beside the best' }),
      ),
    }),
  ),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, default: 0 })),
});
export type TrainingOptions = Static<typeof TrainingOptions>;

export type Optimizer =
  | { type: 'adam'; learning_rate: number; beta_1: number; beta_2: number; epsilon: number }
  | { type: 'sgd'; learning_rate: number; momentum: number };

/** A training with every default filled in. */
export interface Training {
  epochs: number;
  batch_size: number;
  optimizer: Optimizer;
  loss: LossName;
  metrics: 'accuracy'[];
  normalization: Normalization;
  checkpoints: { every_epochs: number; keep: number };
  seed: number;
}

const BATCH_SIZE = 32;

/** Fills in the defaults. `trainImages`, where they are known, keep the default batch from being larger than the data. */
export function resolveTraining(options: TrainingOptions = {}, trainImages = BATCH_SIZE): Training {
  return {
    epochs: options.epochs ?? 10,
    batch_size: options.batch_size ?? Math.min(BATCH_SIZE, trainImages),
    optimizer: resolveOptimizer(options.optimizer ?? { type: 'adam' }),
    loss: options.loss ?? 'categorical_crossentropy',
    metrics: options.metrics ?? ['accuracy'],
    normalization: options.normalization ?? 'unit',
    checkpoints: { every_epochs: options.checkpoints?.every_epochs ?? 1, keep: options.checkpoints?.keep ?? 3 },
    seed: options.seed ?? 0,
  };
}

function resolveOptimizer(options: OptimizerOptions): Optimizer {
  if (options.type === 'sgd') {
    return { type: 'sgd', learning_rate: options.learning_rate ?? 0.01, momentum: options.momentum ?? 0 };
  }
  return {
    type: 'adam',
    learning_rate: options.learning_rate ?? 0.001,
    beta_1: options.beta_1 ?? 0.9,
    beta_2: options.beta_2 ?? 0.999,
    epsilon: options.epsilon ?? 1e-7,
  };
}
