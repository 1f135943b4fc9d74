import { type CustomAugmentation, resolveAugmentation } from '@trainyard/contracts';
import { createAugmenter } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { allocateBatches, type BatchBuffer, fillBatches, inOrder } from './batches.js';
import { ImageChanges } from './image-changes.js';
import { mixLabels } from './mix-labels.js';

const BATCH = 4;
const COUNT = 10;
const BYTES = 12;
const image = { width: 4, height: 3, channels: 1 } as const;
const seed = 6;

/** Image i is all of 20 · i; its label is i. */
const split = {
  count: COUNT,
  labels: Int32Array.from({ length: COUNT }, (_, index) => index),
  async readImages(indices: ArrayLike<number>, out: Uint8Array) {
    for (let row = 0; row < indices.length; row++) out.fill(20 * indices[row], row * BYTES, (row + 1) * BYTES);
  },
};

function resolved(options: CustomAugmentation) {
  const augmentation = resolveAugmentation(options, 1);
  if (augmentation === null) throw new Error('nothing was asked for');
  return augmentation;
}

/** The batches of a slice that begins with the epoch's batch `first`. */
async function fill(options: CustomAugmentation, first: number, batches: number): Promise<BatchBuffer> {
  const lead = batches === 1 ? [] : [batches];
  const labels = { name: 'labels', dtype: 'int32', shape: [...lead, BATCH] } as const;
  const buffer = allocateBatches({
    images: { name: 'images', dtype: 'uint8', shape: [...lead, BATCH, 1, 3, 4] },
    labels,
    mixture:
      options.mixup || options.cutmix
        ? { otherLabels: labels, shares: { name: 'shares', dtype: 'float32', shape: labels.shape } }
        : null,
  });
  buffer.images.fill(99);
  buffer.labels.fill(99);
  const changes = new ImageChanges({ augmentation: resolved(options), image, batchSize: BATCH, seed });
  const indices = await fillBatches(buffer, split, { order: inOrder(COUNT), first, batches }, BATCH);
  const mixed = changes.apply({ images: buffer.images, indices, epoch: 2, firstStep: 30 + first });
  if (mixed) mixLabels(buffer, mixed);
  return buffer;
}

const rowOf = ({ images }: BatchBuffer, row: number) => images.subarray(row * BYTES, (row + 1) * BYTES);

describe('batches of augmented images', () => {
  const options: CustomAugmentation = { brightness: 0.3, gaussian_noise: 0.1, erasing: {} };

  it('are drawn by epoch and number, and end with zeros', async () => {
    const buffer = await fill(options, 1, 2);
    const augment = createAugmenter(image, resolved(options));
    for (let row = 0; row < 6; row++) {
      const out = new Uint8Array(BYTES);
      augment(new Uint8Array(BYTES).fill(20 * (4 + row)), out, { seed, epoch: 2, index: 4 + row });
      expect(rowOf(buffer, row)).toEqual(out);
    }
    expect([...buffer.images.subarray(6 * BYTES)]).toEqual(Array(2 * BYTES).fill(0));
    expect([[...buffer.labels], [...buffer.weights], buffer.rows]).toEqual([
      [4, 5, 6, 7, 8, 9, 0, 0],
      [1, 1, 1, 1, 1, 1, 0, 0],
      [4, 2],
    ]);
  });

  it('leave labels alone where nothing is mixed', async () => {
    expect((await fill(options, 0, 1)).mixture).toBeNull();
  });
});

describe('batches of mixed images', () => {
  it('have the label of the larger part first', async () => {
    const { labels, mixture, ...buffer } = await fill({ mixup: { alpha: 1 } }, 0, 2);
    if (mixture === null) throw new Error('nothing was mixed');
    for (let row = 0; row < 8; row++) {
      const share = mixture.shares[row];
      const blend = 20 * (share * labels[row] + (1 - share) * mixture.otherLabels[row]);
      expect(share).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(rowOf({ labels, mixture, ...buffer }, row)[0] - blend)).toBeLessThanOrEqual(0.51);
      expect([labels[row], mixture.otherLabels[row]]).toContain(row);
    }
    // Both kinds of rows are there: those that are more of themselves, and those that are more of another.
    const own = [...labels].filter((label, row) => label === row).length;
    expect([own > 0, own < 8]).toEqual([true, true]);
  });

  it('mix no row that only fills up, and none of another batch', async () => {
    const { labels, mixture, images } = await fill({ cutmix: { alpha: 1 } }, 1, 2);
    if (mixture === null) throw new Error('nothing was mixed');
    expect([...labels.subarray(0, 4), ...mixture.otherLabels.subarray(0, 4)].every((label) => label < 8)).toBe(true);
    expect([...labels.subarray(4, 6), ...mixture.otherLabels.subarray(4, 6)].every((label) => label > 7)).toBe(true);
    expect([...labels.subarray(6), ...mixture.otherLabels.subarray(6), ...mixture.shares.subarray(6)]).toEqual([
      0, 0, 0, 0, 1, 1,
    ]);
    expect([...images.subarray(6 * BYTES)]).toEqual(Array(2 * BYTES).fill(0));
  });

  it('are the same in runs of one step and of several', async () => {
    const options: CustomAugmentation = { mixup: {}, cutmix: {}, gaussian_noise: 0.1 };
    const [both, first, second] = [await fill(options, 0, 2), await fill(options, 0, 1), await fill(options, 1, 1)];
    expect(both.images).toEqual(Uint8Array.from([...first.images, ...second.images]));
    expect([...both.labels]).toEqual([...first.labels, ...second.labels]);
    expect([...(both.mixture?.shares ?? [])]).toEqual([
      ...(first.mixture?.shares ?? []),
      ...(second.mixture?.shares ?? []),
    ]);
  });

  it('mix several labels of an image together', async () => {
    const buffer = allocateBatches({
      images: { name: 'images', dtype: 'uint8', shape: [2, 1, 3, 4] },
      labels: { name: 'labels', dtype: 'float32', shape: [2, 2] },
      mixture: {
        otherLabels: { name: 'other', dtype: 'float32', shape: [2, 2] },
        shares: { name: 'shares', dtype: 'float32', shape: [2] },
      },
    });
    const changes = new ImageChanges({ augmentation: resolved({ mixup: {} }), image, batchSize: 2, seed });
    const several = { ...split, labels: Float32Array.from({ length: 20 }, (_, i) => i / 2) };
    const indices = await fillBatches(buffer, several, { order: [3, 7], first: 0, batches: 1 }, 2);
    const mixed = changes.apply({ images: buffer.images, indices, epoch: 1, firstStep: 1 });
    if (mixed) mixLabels(buffer, mixed);
    const pairs = [...buffer.labels, ...(buffer.mixture?.otherLabels ?? [])];
    expect([...pairs].sort((a, b) => a - b)).toEqual([3, 3, 3.5, 3.5, 7, 7, 7.5, 7.5]);
    for (const pair of [0, 2, 4, 6]) expect(pairs[pair + 1]).toBe(pairs[pair] + 0.5);
  });
});
