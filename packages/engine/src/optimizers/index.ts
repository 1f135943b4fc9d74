/** Every kind of optimizer, by the name that trainings use. */
import type { Optimizer } from '@trainyard/contracts';
import { adadelta } from './adadelta.js';
import { adagrad } from './adagrad.js';
import { adam } from './adam.js';
import { adamw } from './adamw.js';
import { lion } from './lion.js';
import type { OptimizerDefinition, OptimizerOf, OptimizerRule } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';
import { withWeightDecay } from './weight-decay.js';

const optimizers: { readonly [T in Optimizer['type']]: OptimizerDefinition<OptimizerOf<T>> } = {
  adadelta,
  adagrad,
  adam,
  adamw,
  lion,
  rmsprop,
  sgd,
};

export function optimizerRule(options: Optimizer): OptimizerRule {
  const definition: OptimizerDefinition = optimizers[options.type];
  return withWeightDecay(definition.rule(options), options.weight_decay);
}
