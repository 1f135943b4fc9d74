/** The sum of all inputs. */
import { add } from '../ops/add.js';
import { mergeLayer } from './merging.js';

export const addLayer = mergeLayer({
  type: 'add',
  summary: 'Adds its inputs up.',
  merge: (inputs) => inputs.reduce((sum, input) => add(sum, input)),
});
