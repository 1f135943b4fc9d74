/** From the pixels of an image, upright and opaque, to what the model takes. */
import type { ModelImage } from './about.js';
import { toGrey } from './grey.js';
import { jpegScale } from './jpeg-scale.js';
import { placementOf } from './placement.js';
import { averageBlocks, type Pixels, resize } from './resample.js';

export interface OpaqueImage {
  width: number;
  height: number;
  /** uint8 [height, width, 4] */
  data: ArrayLike<number>;
  isJpeg?: boolean;
}

/** uint8 [height, width, channels] at the model's size; borders are black. */
export function modelPixels(image: OpaqueImage, wanted: ModelImage): Pixels {
  const whole = withoutAlpha(image);
  const scale = image.isJpeg ? jpegScale(placementOf(image, wanted).shrink) : 1;
  const pixels = scale === 1 ? whole : averageBlocks(whole, scale);
  const placement = placementOf(pixels, wanted);
  const coloured = resize(pixels, placement);
  return placed(wanted.channels === 1 ? toGrey(coloured) : coloured, placement, wanted);
}

function withoutAlpha({ width, height, data }: OpaqueImage): Pixels {
  const rgb = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { width, height, channels: 3, data: rgb };
}

function placed(pixels: Pixels, { left, top }: { left: number; top: number }, { width, height }: ModelImage): Pixels {
  const { channels } = pixels;
  const data = new Uint8Array(width * height * channels);
  const first = Math.max(0, -left);
  const columns = Math.min(width - Math.max(0, left), pixels.width - first);
  for (let y = Math.max(0, top); y < Math.min(height, top + pixels.height); y++) {
    const from = ((y - top) * pixels.width + first) * channels;
    data.set(pixels.data.subarray(from, from + columns * channels), (y * width + Math.max(0, left)) * channels);
  }
  return { width, height, channels, data };
}
