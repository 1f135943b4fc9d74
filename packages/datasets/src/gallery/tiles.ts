/** Draws images of a data set side by side. */
import { SPLITS } from '@trainyard/contracts';
import { type Canvas, scaleImage, shownSize } from '@trainyard/pictures';
import { pixelBytes } from '../packed-image.js';
import type { GalleryImages } from './gallery-source.js';
import { SPLIT_COLOURS } from './theme.js';

/** The longer side of an image that is shown, at most. */
const SIDE = 96;
/** Larger ones are photos, which PNG packs badly. */
const PHOTO_SIDE = 80;
export const TILE_GAP = 6;
const MARK_GAP = 2;
const MARK = 4;

/** The size of a tile, and what one takes of a row and of the height with its mark and the space between. */
export interface TileSize {
  width: number;
  height: number;
  pitch: number;
  rise: number;
}

export function tileSize({ image }: GalleryImages): TileSize {
  const longer = Math.max(image.width, image.height);
  const { width, height } = shownSize(image, longer > SIDE ? PHOTO_SIDE : SIDE);
  return { width, height, pitch: width + TILE_GAP, rise: height + MARK_GAP + MARK };
}

/** A row of images from (x, y), each over a mark in the colour of its split. */
export async function drawTiles(
  canvas: Canvas,
  images: GalleryImages,
  indices: readonly number[],
  { x, y }: { x: number; y: number },
): Promise<void> {
  const { image } = images;
  const size = tileSize(images);
  const bytes = pixelBytes(image);
  const pixels = new Uint8Array(indices.length * bytes);
  await images.readPixels(indices, pixels);
  indices.forEach((index, place) => {
    const left = x + place * size.pitch;
    const tile = scaleImage(pixels.subarray(place * bytes, (place + 1) * bytes), image, size);
    canvas.image(tile, { ...size, channels: image.channels }, left, y);
    const split = SPLITS.find((name) => name === images.splits[index]) ?? 'train';
    canvas.fill({ x: left, y: y + size.height + MARK_GAP, width: size.width, height: MARK }, SPLIT_COLOURS[split]);
  });
}
