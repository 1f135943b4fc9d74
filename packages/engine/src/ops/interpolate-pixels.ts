/**
 * [N, C, H, W] enlarged by bilinear interpolation, as Keras' UpSampling2D and PyTorch's `interpolate` without aligned
 * corners do: pixel j of the output lies at (j + ½) / factor − ½ in the input, at the edges at the nearest pixel.
 */
import type { Graph, Value } from '../graph/graph.js';
import { matmul } from './matmul.js';

/** Rows times `height`, columns times `width`: products with two constant matrices. */
export function interpolatePixels(x: Value, [height, width]: readonly [number, number]): Value {
  const [, , rows, columns] = x.shape;
  const { graph, dtype } = x;
  const wide =
    width === 1
      ? x
      : matmul(
          x,
          matrixOf(graph, dtype, [columns, columns * width], (i, j) => weight(i, j, columns, width)),
        );
  if (height === 1) return wide;
  return matmul(
    matrixOf(graph, dtype, [rows * height, rows], (j, i) => weight(i, j, rows, height)),
    wide,
  );
}

/** How much of pixel i of the input, of `side` in all, there is in pixel j of the output. */
function weight(i: number, j: number, side: number, factor: number): number {
  const place = Math.min(Math.max((j + 0.5) / factor - 0.5, 0), side - 1);
  return Math.max(1 - Math.abs(place - i), 0);
}

function matrixOf(
  graph: Graph,
  dtype: Value['dtype'],
  [rows, columns]: readonly [number, number],
  at: (row: number, column: number) => number,
): Value {
  const values = Float64Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
  return dtype === 'float64'
    ? graph.constant('float64', [rows, columns], values)
    : graph.constant('float32', [rows, columns], Float32Array.from(values));
}
