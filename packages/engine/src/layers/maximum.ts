/** The largest of all inputs, value by value; where several are largest, the first of them takes the gradient. */
import { max } from '../ops/max.js';
import { mergeLayer } from './merging.js';

export const maximumLayer = mergeLayer({
  type: 'maximum',
  summary: 'Takes the largest of its inputs.',
  merge: (inputs) => inputs.reduce((largest, input) => max(largest, input)),
});
