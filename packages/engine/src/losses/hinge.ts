/** Hinge loss, the mean over the units of max(1 − s · y, 0), with s = ±1 for targets of 1 and 0 (Keras' Hinge). */

import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { relu } from '../ops/relu.js';
import { sub } from '../ops/sub.js';
import type { LossDefinition, LossOf } from './loss.js';

const ENDS = ['linear', 'tanh'];

export const hingeLoss: LossDefinition<LossOf<'hinge'>> = {
  type: 'hinge',
  summary: 'Asks for a margin between the scores of right and wrong classes, as a support vector machine does',
  smoothing: false,
  expects: 'a binary or multiclass model that ends in "linear" or "tanh"',
  fits: ({ task, activation }) => (task === 'binary' || task === 'multiclass') && ENDS.includes(activation),
  rows({ outputs, targets }) {
    const one = scalarLike(outputs, 1);
    const signs = sub(mul(targets, scalarLike(outputs, 2)), one);
    return reduceMean(relu(sub(one, mul(signs, outputs))), [1]);
  },
};
