/** The product of all inputs; a 1×1 image scales each channel of another (squeeze and excitation). */
import { mul } from '../ops/mul.js';
import { mergeLayer } from './merging.js';

export const multiplyLayer = mergeLayer({
  type: 'multiply',
  summary: 'Multiplies its inputs.',
  merge: (inputs) => inputs.reduce((product, input) => mul(product, input)),
});
