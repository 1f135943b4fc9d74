/** Every pixel of [N, C, H, W] repeated: the rows `height` times and the columns `width` times. */
import type { Value } from '../graph/graph.js';
import { expand } from './expand.js';
import { reshape } from './reshape.js';

/** One axis after the other, so that the gradient sums over one axis at a time. The batch may stay open. */
export function repeatPixels(x: Value, [height, width]: readonly [number, number]): Value {
  return repeatRows(repeatColumns(x, width), height);
}

function repeatColumns(x: Value, times: number): Value {
  if (times === 1) return x;
  const [batch, channels, rows, columns] = x.shape;
  const apart = reshape(x, [0, channels, rows, columns, 1]);
  return reshape(expand(apart, [batch, channels, rows, columns, times]), [0, channels, rows, columns * times]);
}

function repeatRows(x: Value, times: number): Value {
  if (times === 1) return x;
  const [batch, channels, rows, columns] = x.shape;
  const apart = reshape(x, [0, channels, rows, 1, columns]);
  return reshape(expand(apart, [batch, channels, rows, times, columns]), [0, channels, rows * times, columns]);
}
