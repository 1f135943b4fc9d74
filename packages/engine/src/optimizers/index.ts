/** Every kind of optimizer, by the name that trainings use. */
import type { Optimizer } from '@trainyard/contracts';
import { adam } from './adam.js';
import type { OptimizerFactory, OptimizerRule } from './optimizer.js';
import { sgd } from './sgd.js';

const optimizers: { readonly [T in Optimizer['type']]: OptimizerFactory<T> } = { adam, sgd };

export function optimizerRule(options: Optimizer): OptimizerRule {
  return options.type === 'adam' ? optimizers.adam(options) : optimizers.sgd(options);
}
