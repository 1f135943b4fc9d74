import { describe, expect, it } from 'vitest';
import { allocateBatches, fillBatches, inOrder } from './batches.js';

const BATCH = 4;

function buffers(steps: number) {
  return allocateBatches({
    images: { name: 'images', dtype: 'uint8', shape: [steps, BATCH, 1, 1, 2] },
    labels: { name: 'labels', dtype: 'int32', shape: [steps, BATCH] },
  });
}

/** Image i holds the two bytes i + 1 and 100 + i; its label is i. */
const split = {
  count: 10,
  labels: Int32Array.from({ length: 10 }, (_, index) => index),
  async readImages(indices: ArrayLike<number>, out: Uint8Array) {
    for (let row = 0; row < indices.length; row++) out.set([indices[row] + 1, 100 + indices[row]], row * 2);
  },
};

describe('fillBatches', () => {
  it('gathers labels that have several numbers an image', async () => {
    const buffer = allocateBatches({
      images: { name: 'images', dtype: 'uint8', shape: [BATCH, 1, 1, 2] },
      labels: { name: 'labels', dtype: 'float32', shape: [BATCH, 3] },
    });
    const labels = Float32Array.from({ length: 30 }, (_, i) => i / 2);
    await fillBatches(buffer, { ...split, labels }, { order: [9, 0, 5], first: 0, batches: 1 }, BATCH);
    expect([...buffer.labels]).toEqual([13.5, 14, 14.5, 0, 0.5, 1, 7.5, 8, 8.5, 0, 0, 0]);
    expect([...buffer.weights]).toEqual([1, 1, 1, 0]);
    const bare = { order: [0], first: 0, batches: 1 };
    await expect(fillBatches(buffer, split, bare, BATCH)).rejects.toThrow('expected 3 label(s) an image; received 1');
  });

  it('gathers images and labels in the order given', async () => {
    const buffer = buffers(1);
    await fillBatches(buffer, split, { order: [9, 0, 5, 3, 1, 2, 4, 6], first: 1, batches: 1 }, BATCH);
    expect([...buffer.labels]).toEqual([1, 2, 4, 6]);
    expect([...buffer.images]).toEqual([2, 101, 3, 102, 5, 104, 7, 106]);
    expect([...buffer.weights]).toEqual([1, 1, 1, 1]);
    expect(buffer.rows).toEqual([4]);
  });

  it('fills up the last batch with zeros of weight 0, whatever was there before', async () => {
    const buffer = buffers(2);
    await fillBatches(buffer, split, { order: inOrder(10), first: 0, batches: 2 }, BATCH);
    await fillBatches(buffer, split, { order: inOrder(10), first: 1, batches: 2 }, BATCH);
    expect([...buffer.labels]).toEqual([4, 5, 6, 7, 8, 9, 0, 0]);
    expect([...buffer.weights]).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...buffer.images.subarray(8)]).toEqual([9, 108, 10, 109, 0, 0, 0, 0]);
    expect(buffer.rows).toEqual([4, 2]);
  });
});
