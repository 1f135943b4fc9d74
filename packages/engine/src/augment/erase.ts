/** Random erasing (Zhong et al. 2017, arXiv:1708.04896): a rectangle of the image becomes noise, as in its RE-R. */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import type { Draws } from './draws.js';

/** Height over width, at the most, and its inverse at the least. */
const ASPECT_MAX = 10 / 3;

/** Changes uint8 [C, H, W] in place. */
export function eraseRectangle(
  pixels: Uint8Array,
  { width, height, channels }: ImageSize,
  { probability, area }: NonNullable<Augmentation['erasing']>,
  draws: Draws,
): void {
  if (!draws.coin('erasing', probability)) return;
  const size = draws.between('erasing_area', area[0], area[1]) * width * height;
  const aspect = drawAspect(draws, size, width, height);
  const rows = side(Math.sqrt(size * aspect), height);
  const columns = side(Math.sqrt(size / aspect), width);
  const top = Math.floor(draws.unit('erasing_y') * (height - rows + 1));
  const left = Math.floor(draws.unit('erasing_x') * (width - columns + 1));
  const drawn = draws.pixels(1);
  let count = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = top; y < top + rows; y++) {
      const row = (channel * height + y) * width;
      for (let x = left; x < left + columns; x++) pixels[row + x] = drawn(count++) >>> 24;
    }
  }
}

/** As likely to be high as wide, and never so that the rectangle does not fit. */
function drawAspect(draws: Draws, size: number, width: number, height: number): number {
  const least = Math.max(1 / ASPECT_MAX, size / (width * width));
  const most = Math.min(ASPECT_MAX, (height * height) / size);
  if (least >= most) return height / width;
  return Math.exp(draws.between('erasing_aspect', Math.log(least), Math.log(most)));
}

function side(length: number, most: number): number {
  return Math.min(most, Math.round(length));
}
