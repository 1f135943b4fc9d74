/** The order of the values in a vector that a flatten made: channels, rows, columns here; rows, columns, channels in Keras. */
import type { Value } from '../graph/graph.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import type { VectorShape } from './layer.js';

/** The vector in Keras' order, in which it can meet others. */
export function inKerasOrder(x: Value, { units, image }: VectorShape): Value {
  if (!image || image.channels === 1 || image.height * image.width === 1) return x;
  const { channels, height, width } = image;
  return reshape(transpose(reshape(x, [0, channels, height, width]), [0, 2, 3, 1]), [0, units]);
}
