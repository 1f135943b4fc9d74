/** A picture in RGB that rectangles, images and marks of partial cover are drawn on. */
import { encodePng, type RasterSize } from './png.js';

/** Red, green and blue, each 0 to 255. */
export type Colour = readonly [number, number, number];

/** Where something is drawn: the upper left corner and the size, in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pixels an inch, twice the 72 of an ordinary screen: what is drawn is meant for displays of double density. */
export const DENSITY = 144;

export class Canvas {
  readonly width: number;
  readonly height: number;
  /** uint8 [height, width, 3] */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fill({ x: 0, y: 0, width, height }, background);
  }

  /** Edges are rounded to whole pixels; what lies outside is cut off. */
  fill(box: Box, colour: Colour): void {
    const left = clamp(Math.round(box.x), this.width);
    const right = clamp(Math.round(box.x + box.width), this.width);
    const bottom = clamp(Math.round(box.y + box.height), this.height);
    const top = clamp(Math.round(box.y), this.height);
    if (left >= right) return;
    for (let y = top; y < bottom; y++) {
      const start = 3 * (y * this.width + left);
      const end = start + 3 * (right - left);
      if (y > top) this.pixels.copyWithin(start, start - 3 * this.width, end - 3 * this.width);
      else for (let to = start; to < end; to++) this.pixels[to] = colour[(to - start) % 3];
    }
  }

  /** Lays `colour` over a pixel; `cover` from 0 to 1 says how much of it. */
  blend(x: number, y: number, colour: Colour, cover: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const to = 3 * (y * this.width + x);
    for (let channel = 0; channel < 3; channel++) {
      const below = this.pixels[to + channel];
      this.pixels[to + channel] = Math.round(below + (colour[channel] - below) * cover);
    }
  }

  /** Draws an image, uint8 [height, width, channels], in its own size at a whole place. */
  image(image: Uint8Array, { width, height, channels }: RasterSize, left: number, top: number): void {
    const first = Math.max(0, -left);
    const last = Math.min(width, this.width - left);
    if (first >= last) return;
    for (let y = Math.max(0, -top); y < height && top + y < this.height; y++) {
      const from = y * width;
      const to = (top + y) * this.width + left;
      if (channels === 3) this.pixels.set(image.subarray(3 * (from + first), 3 * (from + last)), 3 * (to + first));
      else for (let x = first; x < last; x++) this.pixels.fill(image[from + x], 3 * (to + x), 3 * (to + x + 1));
    }
  }

  toPng(): Uint8Array<ArrayBuffer> {
    return encodePng(this.pixels, { width: this.width, height: this.height, channels: 3 }, { density: DENSITY });
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
