/** Draws images of a data set side by side. */
import { SPLITS } from '@trainyard/contracts';
import { type Canvas, scaleImage, shownSize } from '@trainyard/pictures';
import { pixelBytes } from '../packed-image.js';
import type { GalleryImages } from './gallery-source.js';
import { SPLIT_COLOURS } from './theme.js';

/** The longer side of an image that is shown, at most, and that of images that are larger: PNG packs photos badly. */
const SIDES = { large: { side: 96, photo: 80 }, small: { side: 64, photo: 64 } };
export type Scale = keyof typeof SIDES;
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

export function tileSize({ image }: GalleryImages, scale: Scale = 'large'): TileSize {
  const { side, photo } = SIDES[scale];
  const { width, height } = shownSize(image, Math.max(image.width, image.height) > side ? photo : side);
  return { width, height, pitch: width + TILE_GAP, rise: height + MARK_GAP + MARK };
}

/** A row of images from (x, y), each over a mark in the colour of its split. */
export async function drawTiles(
  canvas: Canvas,
  images: GalleryImages,
  indices: readonly number[],
  { x, y, size }: { x: number; y: number; size: TileSize },
): Promise<void> {
  const { image } = images;
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
