/**
 * [N, C, H, W] enlarged by bilinear interpolation, as Keras' UpSampling2D and PyTorch's `interpolate` without aligned
 * corners do: pixel j of the output lies at (j + ½) / factor − ½ in the input, at the edges at the nearest pixel.
 */
import type { Value } from '../graph/graph.js';
import { floatConstant } from './float-constant.js';
import { matmul } from './matmul.js';

/** Rows times `height`, columns times `width`: products with two constant matrices. */
export function interpolatePixels(x: Value, [height, width]: readonly [number, number]): Value {
  return interpolateRows(interpolateColumns(x, width), height);
}

function interpolateColumns(x: Value, factor: number): Value {
  if (factor === 1) return x;
  const side = x.shape[3];
  const outputs = side * factor;
  const weights = floatConstant(x, [side, outputs], (i) => {
    return weight(Math.floor(i / outputs), i % outputs, side, factor);
  });
  return matmul(x, weights);
}

function interpolateRows(x: Value, factor: number): Value {
  if (factor === 1) return x;
  const side = x.shape[2];
  const weights = floatConstant(x, [side * factor, side], (i) => {
    return weight(i % side, Math.floor(i / side), side, factor);
  });
  return matmul(weights, x);
}

/** How much of pixel i of the input, of `side` in all, there is in pixel j of the output. */
function weight(i: number, j: number, side: number, factor: number): number {
  const place = Math.min(Math.max((j + 0.5) / factor - 0.5, 0), side - 1);
  return Math.max(1 - Math.abs(place - i), 0);
}
