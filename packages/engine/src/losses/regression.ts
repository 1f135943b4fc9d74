/** The heads that losses of a regression fit. */
import type { Head } from '../model/head.js';

export const REGRESSION = 'a regression model that ends in anything but "softmax"';

export function fitsRegression({ task, activation }: Head): boolean {
  return task === 'regression' && activation !== 'softmax';
}
