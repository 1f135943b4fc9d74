/** The first input without the second. */
import { sub } from '../ops/sub.js';
import { mergeLayer } from './merging.js';

export const subtractLayer = mergeLayer({
  type: 'subtract',
  summary: 'Takes the second input from the first.',
  count: 2,
  merge: ([first, second]) => sub(first, second),
});
