/** Where the files of a data set lie in the object store. */
import type { Split } from '@trainyard/contracts';
import type { PackedImage } from './packed-image.js';

/** Everything that was made of an upload; the upload itself lies elsewhere. */
export function datasetPrefix(datasetId: string): string {
  return `datasets/${datasetId}/`;
}

export function manifestKey(datasetId: string): string {
  return `${datasetPrefix(datasetId)}manifest.json`;
}

/** What a compressed tar file is unpacked to. */
export function unpackedKey(datasetId: string): string {
  return `${datasetPrefix(datasetId)}unpacked.tar`;
}

export function tensorsPrefix(datasetId: string, { width, height, channels, fit }: PackedImage): string {
  return `${datasetPrefix(datasetId)}tensors/${width}x${height}x${channels}-${fit}/`;
}

export function imagesKey(prefix: string, split: Split): string {
  return `${prefix}${split}.images`;
}

export function labelsKey(prefix: string, split: Split): string {
  return `${prefix}${split}.labels`;
}

export function indexKey(prefix: string): string {
  return `${prefix}index.json`;
}
