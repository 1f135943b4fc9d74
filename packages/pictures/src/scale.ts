/** Brings images of training data, planes of bytes, to the size in which they are shown. */
import type { RasterSize } from './png.js';

/** How large an image is shown that has `side` pixels to fill: whole multiples of small ones, parts of large ones. */
export function shownSize({ width, height }: { width: number; height: number }, side: number) {
  const longer = Math.max(width, height);
  if (longer <= side) {
    const times = Math.floor(side / longer);
    return { width: width * times, height: height * times };
  }
  const part = (length: number) => Math.max(1, Math.round((length * side) / longer));
  return { width: part(width), height: part(height) };
}

/** From uint8 [channels, height, width] to uint8 [height, width, channels] of the same size. */
export function interleave(planes: Uint8Array, { width, height, channels }: RasterSize): Uint8Array {
  if (channels === 1) return planes;
  const plane = width * height;
  const pixels = new Uint8Array(plane * channels);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      pixels[pixel * channels + channel] = planes[channel * plane + pixel];
    }
  }
  return pixels;
}

/**
 * From uint8 [channels, height, width] to uint8 [height, width, channels] of another size: each pixel is the mean of the
 * area that it covers, so enlarging by a whole number repeats pixels and reducing leaves none out.
 */
export function scaleImage(
  planes: Uint8Array,
  size: RasterSize,
  { width, height }: { width: number; height: number },
): Uint8Array {
  if (width === size.width && height === size.height) return interleave(planes, size);
  if (width % size.width === 0 && height % size.height === 0) return repeat(planes, size, { width, height });
  const columns = spans(size.width, width);
  const rows = spans(size.height, height);
  const { channels } = size;
  const plane = size.width * size.height;
  const out = new Uint8Array(width * height * channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        out[(y * width + x) * channels + channel] = meanOf(planes, channel * plane, size.width, rows[y], columns[x]);
      }
    }
  }
  return out;
}

/** Enlarges by whole numbers. */
function repeat(
  planes: Uint8Array,
  size: RasterSize,
  { width, height }: { width: number; height: number },
): Uint8Array {
  const pixels = interleave(planes, size);
  const { channels } = size;
  const across = width / size.width;
  const down = height / size.height;
  const rowBytes = width * channels;
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < size.height; y++) {
    let to = y * down * rowBytes;
    const start = to;
    for (let from = y * size.width * channels; from < (y + 1) * size.width * channels; from += channels) {
      for (let times = 0; times < across; times++) {
        for (let channel = 0; channel < channels; channel++) out[to++] = pixels[from + channel];
      }
    }
    for (let times = 1; times < down; times++) out.copyWithin(start + times * rowBytes, start, start + rowBytes);
  }
  return out;
}

/** The places that one pixel covers, and how much of each. */
interface Span {
  first: number;
  weights: Float64Array;
}

function spans(from: number, to: number): Span[] {
  return Array.from({ length: to }, (_, index) => {
    const start = (index * from) / to;
    const end = ((index + 1) * from) / to;
    const first = Math.floor(start);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    const weights = Float64Array.from({ length: Math.max(1, last - first) }, (_, place) => {
      return Math.min(end, first + place + 1) - Math.max(start, first + place);
    });
    return { first, weights };
  });
}

function meanOf(planes: Uint8Array, offset: number, stride: number, row: Span, column: Span): number {
  let sum = 0;
  let weight = 0;
  for (let y = 0; y < row.weights.length; y++) {
    const start = offset + (row.first + y) * stride + column.first;
    for (let x = 0; x < column.weights.length; x++) {
      const share = row.weights[y] * column.weights[x];
      sum += planes[start + x] * share;
      weight += share;
    }
  }
  return Math.round(sum / weight);
}
