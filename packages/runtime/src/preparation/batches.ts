/** Gathers mini-batches out of a data set into input tensors of a fixed shape. */
import type { Mixture, TensorSpec } from '@trainyard/engine';
import { float32Tensor, int32Tensor, type TensorValue, uint8Tensor } from '../session.js';
import type { TrainingSplit } from '../training-data.js';

/** The rows of one run: `batches` batches of `batchSize` rows each, in the order of the data set's indices in `order`. */
export interface BatchSlice {
  order: ArrayLike<number>;
  /** Index of the first batch in `order`. */
  first: number;
  batches: number;
}

/** Memory of the images, labels and row weights of one run; filled again and again. */
export interface BatchBuffer {
  /** Pixels, or the bytes of float32 features. */
  images: Uint8Array;
  labels: Int32Array | Float32Array;
  weights: Float32Array;
  /** Where rows are made of two images: the label of the lesser part of each, and how much the greater one counts. */
  mixture: { otherLabels: Int32Array | Float32Array; shares: Float32Array } | null;
  /** Rows that are real in the batches that it holds now, in each batch. */
  rows: number[];
}

/** Copies all that `fillBatches` fills. */
export function copyBatches(from: BatchBuffer, to: BatchBuffer): void {
  to.images.set(from.images);
  to.labels.set(from.labels);
  to.weights.set(from.weights);
  to.rows = from.rows;
}

/** Axes of one image: channels, rows, columns. */
const IMAGE_AXES = 3;

/** What a graph takes in, as far as it comes from a data set. */
export interface BatchSpecs {
  images: TensorSpec;
  labels: TensorSpec;
  mixture?: Mixture | null;
}

/** @param memory of the images: a run takes none that is shared with a thread */
export function allocateBatches(
  { images, labels, mixture }: BatchSpecs,
  memory: typeof ArrayBuffer | typeof SharedArrayBuffer = ArrayBuffer,
): BatchBuffer {
  const rows = elements({ shape: images.shape.slice(0, -IMAGE_AXES) });
  const imageBytes = elements(images) * (images.dtype === 'float32' ? Float32Array.BYTES_PER_ELEMENT : 1);
  return {
    images: new Uint8Array(new memory(imageBytes)),
    labels: allocateLabels(labels),
    weights: new Float32Array(rows),
    mixture: mixture ? { otherLabels: allocateLabels(mixture.otherLabels), shares: new Float32Array(rows) } : null,
    rows: [],
  };
}

function allocateLabels(labels: TensorSpec): Int32Array | Float32Array {
  return labels.dtype === 'int32' ? new Int32Array(elements(labels)) : new Float32Array(elements(labels));
}

/**
 * Fills `buffer` with the batches of a slice. Where the split ends within a batch, the rows that are missing are
 * zeros of weight 0: what a step computes depends on its own rows alone, never on what the buffer held before.
 * Answers the numbers of the images, as they are in the split.
 */
export async function fillBatches(
  buffer: BatchBuffer,
  split: TrainingSplit,
  slice: BatchSlice,
  batchSize: number,
): Promise<Uint32Array> {
  const start = slice.first * batchSize;
  const capacity = slice.batches * batchSize;
  const count = Math.min(capacity, slice.order.length - start);
  const indices = new Uint32Array(count);
  for (let row = 0; row < count; row++) indices[row] = slice.order[start + row];
  const imageBytes = buffer.images.length / buffer.weights.length;
  await split.readImages(indices, buffer.images.subarray(0, count * imageBytes));
  buffer.images.fill(0, count * imageBytes);
  buffer.weights.fill(1, 0, count).fill(0, count);
  fillLabels(buffer, split, indices);
  buffer.rows = Array.from({ length: slice.batches }, (_, batch) => clamp(count - batch * batchSize, 0, batchSize));
  return indices;
}

function fillLabels({ labels, weights }: BatchBuffer, split: TrainingSplit, indices: Uint32Array): void {
  const width = labels.length / weights.length;
  if (split.labels.length !== split.count * width) {
    throw new RangeError(`expected ${width} label(s) an image; received ${split.labels.length / split.count}`);
  }
  labels.fill(0, indices.length * width);
  for (let row = 0; row < indices.length; row++) {
    for (let i = 0; i < width; i++) labels[row * width + i] = split.labels[indices[row] * width + i];
  }
}

/** Pixels, or the features that a frozen part gave, whose bytes they are then. */
export function imageTensor(images: Uint8Array, { dtype, shape }: TensorSpec): TensorValue {
  if (dtype === 'uint8') return uint8Tensor(images, shape);
  const { buffer, byteOffset, byteLength } = images;
  return float32Tensor(new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT), shape);
}

export function labelTensor(labels: Int32Array | Float32Array, shape: readonly number[]): TensorValue {
  return labels instanceof Int32Array ? int32Tensor(labels, shape) : float32Tensor(labels, shape);
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
