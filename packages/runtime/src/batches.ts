/** Gathers mini-batches out of a packed data set into input tensors of a fixed shape. */
import type { PackedSplit } from '@trainyard/datasets';
import type { TensorSpec } from '@trainyard/engine';

/** The rows of one run: `batches` batches of `batchSize` rows each, in the order of the data set's indices in `order`. */
export interface BatchSlice {
  order: ArrayLike<number>;
  /** Index of the first batch in `order`. */
  first: number;
  batches: number;
}

/** Memory of the images, labels and row weights of one run; filled again and again. */
export interface BatchBuffer {
  images: Uint8Array;
  labels: Int32Array;
  weights: Float32Array;
  /** Rows that are real in the batches that it holds now, in each batch. */
  rows: number[];
}

export function allocateBatches(shape: { images: TensorSpec; labels: TensorSpec }): BatchBuffer {
  const rows = elements(shape.labels);
  return {
    images: new Uint8Array(elements(shape.images)),
    labels: new Int32Array(rows),
    weights: new Float32Array(rows),
    rows: [],
  };
}

/**
 * Fills `buffer` with the batches of a slice. Where the split ends within a batch, the rows that are missing are
 * zeros of weight 0: what a step computes depends on its own rows alone, never on what the buffer held before.
 */
export async function fillBatches(
  buffer: BatchBuffer,
  split: PackedSplit,
  slice: BatchSlice,
  batchSize: number,
): Promise<void> {
  const start = slice.first * batchSize;
  const capacity = slice.batches * batchSize;
  const count = Math.min(capacity, slice.order.length - start);
  const indices = new Uint32Array(count);
  for (let row = 0; row < count; row++) indices[row] = slice.order[start + row];
  const imageBytes = buffer.images.length / buffer.labels.length;
  await split.readImages(indices, buffer.images.subarray(0, count * imageBytes));
  buffer.images.fill(0, count * imageBytes);
  buffer.labels.fill(0, count);
  buffer.weights.fill(1, 0, count).fill(0, count);
  for (let row = 0; row < count; row++) buffer.labels[row] = split.labels[indices[row]];
  buffer.rows = Array.from({ length: slice.batches }, (_, batch) => clamp(count - batch * batchSize, 0, batchSize));
}

/** 0, 1, 2 … for a split that is read in its own order. */
export function inOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

export function elements(tensor: { readonly shape: readonly number[] }): number {
  return tensor.shape.reduce((product, side) => product * side, 1);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
