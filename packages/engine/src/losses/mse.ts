/** Mean squared error: the mean over the units of (y − t)², as Keras has it. */
import { mul } from '../ops/mul.js';
import { sub } from '../ops/sub.js';
import type { LossDefinition } from './loss.js';
import { meanOverUnits } from './mean-over-units.js';
import type { LossOf } from './options.js';
import { fitsRegression, REGRESSION } from './regression.js';

export const mseLoss: LossDefinition<LossOf<'mse'>> = {
  type: 'mse',
  summary: 'Mean of the squared errors',
  smoothing: false,
  expects: REGRESSION,
  fits: fitsRegression,
  rows({ outputs, targets }) {
    const error = sub(outputs, targets);
    return meanOverUnits(mul(error, error));
  },
};
