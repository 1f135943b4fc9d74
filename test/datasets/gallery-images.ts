// Images in memory for galleries: no archive, no decoding.
import { createHash } from 'node:crypto';
import type { DatasetTask, ImageSize, Split } from '@trainyard/contracts';
import type { GallerySource } from '@trainyard/datasets';

export interface GalleryCall {
  datasetId?: string;
  task?: DatasetTask;
  classes?: readonly string[];
  targets?: readonly string[];
  image?: ImageSize;
  labels: readonly (number | number[])[];
  splitOf?: (index: number) => Split;
}

/** Every byte of image `i` is `pixelOf(i)`. */
export function pixelOf(index: number): number {
  return (index * 37) % 256;
}

export function gallerySource(call: GalleryCall): GallerySource {
  const { datasetId = 'ds_1', task = 'multiclass', classes = [], targets = [], labels } = call;
  const { image = { width: 8, height: 8, channels: 3 }, splitOf = () => 'train' } = call;
  const bytes = image.width * image.height * image.channels;
  const images = {
    count: labels.length,
    image,
    labels,
    contents: labels.map((_, index) => createHash('sha256').update(`image ${index}`).digest('hex').slice(0, 32)),
    splits: labels.map((_, index) => splitOf(index)),
    name: (index: number) => `folder/${index}.png`,
    width: (index: number) => 100 + index,
    height: () => 50,
    readPixels: (indices: ArrayLike<number>, out: Uint8Array) => {
      for (let place = 0; place < indices.length; place++) {
        out.fill(pixelOf(indices[place]), place * bytes, (place + 1) * bytes);
      }
    },
  };
  return { datasetId, task, classes, targets, images };
}
