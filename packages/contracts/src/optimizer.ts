/** The optimizers that a training can use. Names, arguments and defaults are Keras 3's. */
import { type Static, Type } from 'typebox';
import { type Resolved, withDefaults } from './defaults.js';
import { Decay, Epsilon, Flag, LearningRate } from './number-schemas.js';
import { Strict } from './schema.js';

const WeightDecay = (value: number) =>
  Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 100,
      default: value,
      description: 'Decoupled: w -= learning_rate * weight_decay * w for every trainable weight, before the update',
    }),
  );

const AdamArguments = {
  learning_rate: LearningRate(0.001),
  beta_1: Decay(0.9),
  beta_2: Decay(0.999),
  epsilon: Epsilon(1e-7),
  amsgrad: Flag(false),
};

export const OPTIMIZERS = {
  adam: Strict({ type: Type.Literal('adam'), ...AdamArguments, weight_decay: WeightDecay(0) }),
  adamw: Strict({ type: Type.Literal('adamw'), ...AdamArguments, weight_decay: WeightDecay(0.004) }),
  sgd: Strict({
    type: Type.Literal('sgd'),
    learning_rate: LearningRate(0.01),
    momentum: Decay(0),
    nesterov: Flag(false),
    weight_decay: WeightDecay(0),
  }),
  rmsprop: Strict({
    type: Type.Literal('rmsprop'),
    learning_rate: LearningRate(0.001),
    rho: Decay(0.9),
    momentum: Decay(0),
    epsilon: Epsilon(1e-7),
    centered: Flag(false),
    weight_decay: WeightDecay(0),
  }),
  adagrad: Strict({
    type: Type.Literal('adagrad'),
    learning_rate: LearningRate(0.001),
    initial_accumulator_value: Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: 0.1 })),
    epsilon: Epsilon(1e-7),
    weight_decay: WeightDecay(0),
  }),
  adadelta: Strict({
    type: Type.Literal('adadelta'),
    learning_rate: LearningRate(0.001),
    rho: Decay(0.95),
    epsilon: Epsilon(1e-7),
    weight_decay: WeightDecay(0),
  }),
  lion: Strict({
    type: Type.Literal('lion'),
    learning_rate: LearningRate(0.001),
    beta_1: Decay(0.9),
    beta_2: Decay(0.99),
    weight_decay: WeightDecay(0),
  }),
} as const;

export type OptimizerType = keyof typeof OPTIMIZERS;
export type OptimizerOptions = { [T in OptimizerType]: Static<(typeof OPTIMIZERS)[T]> }[OptimizerType];
export const OptimizerOptions = Type.Unsafe<OptimizerOptions>({ anyOf: Object.values(OPTIMIZERS) });

/** An optimizer with every default filled in. */
export type Optimizer = Resolved<OptimizerOptions>;

export function resolveOptimizer(options: OptimizerOptions = { type: 'adam' }): Optimizer {
  return withDefaults(OPTIMIZERS[options.type], options);
}
