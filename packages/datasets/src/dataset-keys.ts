/**
 * Where the files of a data set lie in the object store. A part, which is an upload that was read, lies under the id of
 * the data set that it came in with.
 */
import type { PackedImage } from './packed-image.js';

/** Everything that was made of an upload; the upload itself lies elsewhere. */
export function datasetPrefix(datasetId: string): string {
  return `datasets/${datasetId}/`;
}

export function manifestKey(datasetId: string): string {
  return `${datasetPrefix(datasetId)}manifest.json`;
}

/** Of a data set: a line for each image. */
export function samplesKey(datasetId: string): string {
  return `${datasetPrefix(datasetId)}samples.jsonl`;
}

/** A line for each file that is not used. */
export function skippedKey(datasetId: string): string {
  return `${datasetPrefix(datasetId)}skipped.jsonl`;
}

/** Of a part: a line for each image, in the order in which they are packed. */
export function partSamplesKey(partId: string): string {
  return `${datasetPrefix(partId)}images.jsonl`;
}

/** What is known of the pictures of a part, by which those that are nearly the same are found. */
export function featuresKey(partId: string): string {
  return `${datasetPrefix(partId)}features`;
}

/** What a compressed tar file is unpacked to. */
export function unpackedKey(partId: string): string {
  return `${datasetPrefix(partId)}unpacked.tar`;
}

export function tensorsPrefix(partId: string, { width, height, channels, fit }: PackedImage): string {
  return `${datasetPrefix(partId)}tensors/${width}x${height}x${channels}-${fit}/`;
}

export function imagesKey(prefix: string): string {
  return `${prefix}images`;
}

export function momentsKey(prefix: string): string {
  return `${prefix}moments`;
}

export function indexKey(prefix: string): string {
  return `${prefix}index.json`;
}
