/** The thumbnails of the images that are compared, and what of them does not depend on brightness. */
import { FEATURE_BYTES, readBrightness, THUMBNAIL_BYTES } from './features.js';

/** Below this standard deviation, of 255, a picture is too flat to be told from others. */
const DEVIATION_MIN = 2;

export interface Thumbnails {
  /** Places of the images in the data set, rising. */
  readonly images: Uint32Array;
  readonly features: Uint8Array;
  /** Of each thumbnail about its mean, squared and summed. */
  readonly squares: Float32Array;
}

/** Of the given images those that show something. */
export function selectThumbnails(features: Uint8Array, images: Uint32Array): Thumbnails {
  const places = new Uint32Array(images.length);
  const squares = new Float32Array(images.length);
  let count = 0;
  for (const image of images) {
    if (readBrightness(features, image).deviation < DEVIATION_MIN) continue;
    const variation = squaresOf(features, image * FEATURE_BYTES);
    // Fine stripes leave a thumbnail that is flat all the same.
    if (variation <= 0) continue;
    places[count] = image;
    squares[count++] = variation;
  }
  return { images: places.subarray(0, count), features, squares: squares.subarray(0, count) };
}

function squaresOf(features: Uint8Array, offset: number): number {
  let sum = 0;
  let squares = 0;
  for (let cell = 0; cell < THUMBNAIL_BYTES; cell++) {
    const value = features[offset + cell];
    sum += value;
    squares += value * value;
  }
  return squares - (sum * sum) / THUMBNAIL_BYTES;
}
