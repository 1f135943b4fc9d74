/** Mean absolute error: the mean over the units of |y − t|, as Keras has it. */
import { abs } from '../ops/abs.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { sub } from '../ops/sub.js';
import type { LossDefinition, LossOf } from './loss.js';
import { fitsRegression, REGRESSION } from './regression.js';

export const maeLoss: LossDefinition<LossOf<'mae'>> = {
  type: 'mae',
  summary: 'Mean of the absolute errors, which single large ones sway less than in mse',
  smoothing: false,
  expects: REGRESSION,
  fits: fitsRegression,
  rows: ({ outputs, targets }) => reduceMean(abs(sub(outputs, targets)), [1]),
};
