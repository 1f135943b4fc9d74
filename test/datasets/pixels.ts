// The packed pixels of a data set, as plain numbers.

import type { Split } from '@trainyard/contracts';
import { openPacked, type PackedImage } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';

/** Each image of a split in its packed order, uint8 [channels, height, width], with its class index. */
export async function packedImages(store: ObjectStore, image: Omit<PackedImage, 'fit'>, split: Split = 'train') {
  const packed = await openPacked(store, 'ds_1', { ...image, fit: 'cover' });
  const { count, labels, readImages } = packed.splits[split];
  const size = image.width * image.height * image.channels;
  const bytes = new Uint8Array(count * size);
  await readImages(
    Uint32Array.from({ length: count }, (_, index) => index),
    bytes,
  );
  await packed.close();
  return Array.from(labels, (label, index) => ({
    label,
    pixels: [...bytes.subarray(index * size, (index + 1) * size)],
  }));
}
