/** The mean of all inputs. */
import { add } from '../ops/add.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { mergeLayer } from './merging.js';

export const averageLayer = mergeLayer({
  type: 'average',
  summary: 'Takes the mean of its inputs.',
  merge: (inputs) => {
    const sum = inputs.reduce((left, right) => add(left, right));
    return mul(sum, scalarLike(sum, 1 / inputs.length));
  },
});
