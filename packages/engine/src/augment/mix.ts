/**
 * Mixes the images of a batch by pairs: mixup (Zhang et al. 2018, arXiv:1710.09412) blends them, cutmix (Yun et al. 2019,
 * arXiv:1905.04899) puts a rectangle of one into the other. Where both are asked for, each row gets one or the other.
 */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import { STREAM, type StreamKey, streamKey, uniformAt } from '../random/counter.js';
import { betaAt } from './beta.js';

/** What all that is drawn for a batch is a function of. */
export interface BatchPlace {
  readonly seed: number;
  /** Over the whole training, counted from 1. */
  readonly step: number;
}

/** What was mixed into each row. */
export interface MixedRows {
  /** The row that the other part is of. */
  readonly partners: Uint32Array;
  /** Part of the row's own image, and of what it is, from 0 to 1. */
  readonly shares: Float32Array;
}

export type Mixing = Pick<Augmentation, 'mixup' | 'cutmix'>;

export function allocateMixedRows(rows: number): MixedRows {
  return { partners: new Uint32Array(rows), shares: new Float32Array(rows) };
}

/** Draws of a row, beside those of its Beta. */
const ROW = { isCutmix: 4096, x: 4097, y: 4098 } as const;

/** In mixup the shares are whole numbers of this part. */
const PARTS = 65536;

/**
 * Writes the mixed images of `source` to `out`, both uint8 [N, C, H, W] and not the same memory, and to `mixed`, which has
 * a place for each, what they are made of.
 */
export function mixImages(
  source: Uint8Array,
  out: Uint8Array,
  image: ImageSize,
  mixing: Mixing,
  { seed, step }: BatchPlace,
  { partners, shares }: MixedRows,
): void {
  const rows = shares.length;
  const bytes = image.width * image.height * image.channels;
  const shift = rows < 2 ? 0 : 1 + Math.floor(uniformAt(streamKey(seed, STREAM.mixing, step), 0) * (rows - 1));
  for (let row = 0; row < rows; row++) {
    const partner = (row + shift) % rows;
    const key = streamKey(seed, STREAM.mixing, step, row);
    const own = source.subarray(row * bytes, (row + 1) * bytes);
    const other = source.subarray(partner * bytes, (partner + 1) * bytes);
    const to = out.subarray(row * bytes, (row + 1) * bytes);
    partners[row] = partner;
    shares[row] = mixPair(own, other, to, image, mixing, key);
  }
}

function mixPair(
  own: Uint8Array,
  other: Uint8Array,
  out: Uint8Array,
  image: ImageSize,
  { mixup, cutmix }: Mixing,
  key: StreamKey,
): number {
  if (cutmix && (!mixup || uniformAt(key, ROW.isCutmix) < 0.5)) return paste(own, other, out, image, cutmix, key);
  if (mixup) return blend(own, other, out, betaAt(key, mixup.alpha));
  out.set(own);
  return 1;
}

function blend(own: Uint8Array, other: Uint8Array, out: Uint8Array, share: number): number {
  const parts = Math.round(share * PARTS);
  for (let i = 0; i < out.length; i++) {
    out[i] = (own[i] * parts + other[i] * (PARTS - parts) + PARTS / 2) >> 16;
  }
  return parts / PARTS;
}

/** The rectangle has the image's shape; its centre is anywhere, and what reaches over the border is cut off. */
function paste(
  own: Uint8Array,
  other: Uint8Array,
  out: Uint8Array,
  { width, height, channels }: ImageSize,
  { alpha }: { alpha: number },
  key: StreamKey,
): number {
  const half = Math.sqrt(1 - betaAt(key, alpha)) / 2;
  const [left, right] = clipped(uniformAt(key, ROW.x), half, width);
  const [top, bottom] = clipped(uniformAt(key, ROW.y), half, height);
  out.set(own);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = top; y < bottom; y++) {
      const row = (channel * height + y) * width;
      for (let x = left; x < right; x++) out[row + x] = other[row + x];
    }
  }
  return 1 - ((right - left) * (bottom - top)) / (width * height);
}

/** @param half the half of the part of the side that the rectangle takes */
function clipped(centre: number, half: number, side: number): [number, number] {
  return [Math.round(Math.max(0, centre - half) * side), Math.round(Math.min(1, centre + half) * side)];
}
