/**
 * Huber's loss, the mean over the units (Huber 1964; Keras' Huber): e² / 2 where |e| ≤ δ, else δ · |e| − δ² / 2.
 * With c = min(|e|, δ) both are c · (|e| − c / 2).
 */
import { abs } from '../ops/abs.js';
import { scalarLike } from '../ops/elementwise.js';
import { min } from '../ops/min.js';
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { sub } from '../ops/sub.js';
import type { LossDefinition, LossOf } from './loss.js';
import { fitsRegression, REGRESSION } from './regression.js';

export const huberLoss: LossDefinition<LossOf<'huber'>> = {
  type: 'huber',
  summary: 'Squared errors up to delta, absolute ones beyond',
  smoothing: false,
  expects: REGRESSION,
  fits: fitsRegression,
  rows({ outputs, targets }, { delta }) {
    const size = abs(sub(outputs, targets));
    const within = min(size, scalarLike(size, delta));
    return reduceMean(mul(within, sub(size, mul(within, scalarLike(size, 0.5)))), [1]);
  },
};
