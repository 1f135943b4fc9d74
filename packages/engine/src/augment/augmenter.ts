/**
 * Changes one image as an augmentation asks: its pixels are moved, then their tone and tint, then noise is added and a
 * rectangle erased. What is drawn is a function of (seed, epoch, the image's number) alone, so that a training that goes on
 * from a checkpoint sees what it would have seen, in whatever batches.
 */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import { allocatePlaces, copyPixels } from './copy.js';
import { Draws, type ImagePlace } from './draws.js';
import { eraseRectangle } from './erase.js';
import { drawMovement, isCopying, mappingOf, movesPixels } from './geometry.js';
import { addNoise, noisePool } from './pixel-noise.js';
import { resample } from './resample.js';
import { applyTint, changesTint, fillTint } from './tint.js';
import { changesTone, fillTone, IDENTITY, meanGreyOf } from './tone.js';

const MAX_PIXEL = 255;

/** Writes the image `source` to `out`, both uint8 [C, H, W] and not the same memory. */
export type Augmenter = (source: Uint8Array, out: Uint8Array, place: ImagePlace) => void;

/** An augmenter of images of one size; what it works with is allocated once. */
export function createAugmenter(image: ImageSize, augmentation: Augmentation): Augmenter {
  const { fill, erasing, gaussian_noise } = augmentation;
  const [moves, copies] = [movesPixels(augmentation), isCopying(augmentation)];
  const [hasTone, hasTint] = [changesTone(augmentation), changesTint(augmentation, image)];
  const table = Uint8Array.from(IDENTITY);
  const tint = new Int32Array(9);
  const places = allocatePlaces(image);
  const noise = gaussian_noise > 0 ? noisePool(gaussian_noise * MAX_PIXEL) : null;
  return (source, out, place) => {
    const draws = new Draws(place);
    if (hasTone) fillTone(table, augmentation, draws, () => meanGreyOf(source, image));
    if (moves || hasTone) {
      const mapping = mappingOf(drawMovement(augmentation, draws, image), image);
      if (copies) copyPixels(source, out, image, mapping, { fill, table, places });
      else resample(source, out, image, mapping, { fill, table });
    } else {
      out.set(source);
    }
    if (hasTint) {
      fillTint(tint, augmentation, draws);
      applyTint(out, image, tint);
    }
    if (noise) addNoise(out, image.width, noise, draws.pixels(0));
    if (erasing) eraseRectangle(out, image, erasing, draws);
  };
}

/** Changes one image; see `createAugmenter`, which is faster for many of them. */
export function augmentImage(
  source: Uint8Array,
  out: Uint8Array,
  image: ImageSize,
  augmentation: Augmentation,
  place: ImagePlace,
): void {
  const bytes = image.width * image.height * image.channels;
  if (source.length !== bytes || out.length !== bytes) {
    throw new RangeError(`expected two images of ${bytes} bytes; received ${source.length} and ${out.length}`);
  }
  createAugmenter(image, augmentation)(source, out, place);
}
