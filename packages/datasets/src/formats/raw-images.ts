/** Images that lie in a file as bare numbers, many in one: those that are wanted, brought to the size that is wanted. */
import { availableParallelism } from 'node:os';
import type { SkipCode } from '@trainyard/contracts';
import { contentOf } from '../content.js';
import { resizePixels, toPlanar } from '../decode.js';
import { orderedMap } from '../ordered-map.js';
import type { PackedImage } from '../packed-image.js';
import type { ImagePlace, ReadImage } from './format.js';

const CONCURRENCY = 4 * availableParallelism();
const MEMORY_BUDGET_BYTES = 64 * 1024 ** 2;

/** uint8 [channels, height, width]. */
export interface RawImage {
  pixels: Uint8Array;
  channels: 1 | 3;
}

/** An image of a file that holds many, with its place there, or why that place has none. */
export type PlacedImage = { index: number } & (RawImage | { reason: string; code: SkipCode });

/** The samples of one file, in the order of their places, with what was found there. Reads to the end, to see damage. */
export async function* matchSamples<S extends ImagePlace, T extends { index: number }>(
  found: AsyncIterable<T>,
  wanted: readonly S[],
): AsyncGenerator<{ sample: S; found: T }> {
  let next = 0;
  for await (const item of found) {
    const sample = wanted[next];
    if (sample?.index !== item.index) continue;
    next++;
    yield { sample, found: item };
  }
}

/** Brings the images of one file to the size in which they are packed. Samples are in the order of their places. */
export async function* resizeRawImages<S extends ImagePlace>(
  images: AsyncIterable<PlacedImage>,
  wanted: readonly S[],
  image: PackedImage,
): AsyncGenerator<ReadImage<S>> {
  yield* orderedMap(matchSamples(images, wanted), ({ sample, found }) => resized(sample, found, image), {
    concurrency: CONCURRENCY,
    cost: ({ sample }) => 3 * sizeOf(sample).width * sizeOf(sample).height,
    budget: MEMORY_BUDGET_BYTES,
  });
}

/** Bare numbers do not say it themselves. */
export function sizeOf({ source, width, height }: ImagePlace): { width: number; height: number } {
  if (width !== undefined && height !== undefined) return { width, height };
  throw new RangeError(`The size of the images in ${source} is not known`);
}

async function resized<S extends ImagePlace>(sample: S, found: PlacedImage, image: PackedImage): Promise<ReadImage<S>> {
  if ('reason' in found) return { sample, reason: found.reason, code: found.code };
  const { pixels, channels } = found;
  const shape = { ...sizeOf(sample), channels };
  const { width, height } = shape;
  const described = { sample, width, height, isGrey: channels === 1, content: contentOf(pixels, shape) };
  if (width === image.width && height === image.height) {
    if (channels === image.channels) return { ...described, pixels };
    if (channels === 1) return { ...described, pixels: repeated(pixels, image.channels) };
  }
  const interleaved = await resizePixels(toInterleaved(pixels, channels), shape, image);
  return { ...described, pixels: toPlanar(interleaved, image.channels) };
}

/** One grey plane, once for each channel. */
function repeated(pixels: Uint8Array, channels: number): Uint8Array {
  const planes = new Uint8Array(channels * pixels.length);
  for (let channel = 0; channel < channels; channel++) planes.set(pixels, channel * pixels.length);
  return planes;
}

/** From [channels, height, width] to [height, width, channels]. */
function toInterleaved(planar: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return planar;
  const interleaved = new Uint8Array(planar.length);
  const plane = planar.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const offset = channel * plane;
    for (let pixel = 0, to = channel; pixel < plane; pixel++, to += channels) interleaved[to] = planar[offset + pixel];
  }
  return interleaved;
}
