/** Mean squared error: the mean over the units of (y − t)², as Keras has it. */
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { sub } from '../ops/sub.js';
import type { LossDefinition, LossOf } from './loss.js';
import { fitsRegression, REGRESSION } from './regression.js';

export const mseLoss: LossDefinition<LossOf<'mse'>> = {
  type: 'mse',
  summary: 'Mean of the squared errors',
  smoothing: false,
  expects: REGRESSION,
  fits: fitsRegression,
  rows({ outputs, targets }) {
    const error = sub(outputs, targets);
    return reduceMean(mul(error, error), [1]);
  },
};
