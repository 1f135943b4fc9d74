/**
 * What is kept of each image's looks: a grey thumbnail, 16x16 and one byte a cell, and the brightness of the whole. From
 * these alone near duplicates are looked for, so that the pixels of few images have to be read again.
 */
import type { ImageSize } from '@trainyard/contracts';

/** Cells along each side of the thumbnail, whatever the size of the image. */
export const THUMBNAIL_SIDE = 16;
export const THUMBNAIL_BYTES = THUMBNAIL_SIDE ** 2;

const MEAN = THUMBNAIL_BYTES;
const DEVIATION = MEAN + 1;
const LEAST = MEAN + 2;
const MOST = MEAN + 3;
/** A standard deviation is at most 127.5 and is kept in halves. */
const DEVIATION_STEP = 0.5;

export const FEATURE_BYTES = MOST + 1;

/** The brightness of one image, 0 to 255; grey is the mean of the channels. */
export interface Brightness {
  mean: number;
  /** Of the pixels about their mean. */
  deviation: number;
  least: number;
  most: number;
}

/** Writes the features of an image, uint8 [channels, height, width], to `out`, which takes FEATURE_BYTES. */
export function describeImage(pixels: Uint8Array, image: ImageSize, out: Uint8Array): void {
  const { width, height, channels } = image;
  const rows = cellEdges(height);
  const columns = cellEdges(width);
  const { grey, sums } = buffersOf(width);
  const range: GreyRange = { squares: 0, least: 255 * channels, most: 0 };
  const scale = THUMBNAIL_BYTES / (width * height * channels);
  let mean = 0;
  for (let cell = 0, y = 0; cell < THUMBNAIL_SIDE; cell++) {
    sums.fill(0);
    // A row of pixels may lie across several rows of cells, and goes to each by the part that lies there.
    for (let top = rows[cell]; top < rows[cell + 1]; ) {
      if (top === y) readGrey(pixels, image, y, grey, range);
      const bottom = Math.min(y + 1, rows[cell + 1]);
      addRow(grey, bottom - top, sums);
      if (bottom === y + 1) y++;
      top = bottom;
    }
    mean += writeCells(sums, columns, scale, out, cell * THUMBNAIL_SIDE);
  }
  writeBrightness(range, mean / (width * height), image, out);
}

/** Of row `index` of an array of features. */
export function readBrightness(features: Uint8Array, index: number): Brightness {
  const offset = index * FEATURE_BYTES;
  return {
    mean: features[offset + MEAN],
    deviation: features[offset + DEVIATION] * DEVIATION_STEP,
    least: features[offset + LEAST],
    most: features[offset + MOST],
  };
}

/** Of sums over the channels. */
interface GreyRange {
  squares: number;
  least: number;
  most: number;
}

let buffers = { grey: new Int32Array(0), sums: new Float64Array(0) };
const edges = new Map<number, Float64Array>();

function buffersOf(width: number): typeof buffers {
  if (buffers.grey.length !== width) buffers = { grey: new Int32Array(width), sums: new Float64Array(width) };
  return buffers;
}

/** Where the cells of a side of so many pixels begin and end. */
function cellEdges(pixels: number): Float64Array {
  let found = edges.get(pixels);
  if (!found) {
    found = Float64Array.from({ length: THUMBNAIL_SIDE + 1 }, (_, cell) => (cell * pixels) / THUMBNAIL_SIDE);
    edges.set(pixels, found);
  }
  return found;
}

/** One row of pixels, its channels summed. */
function readGrey(pixels: Uint8Array, image: ImageSize, y: number, grey: Int32Array, range: GreyRange): void {
  const { width, height, channels } = image;
  const start = y * width;
  const second = start + width * height;
  const third = second + width * height;
  const isColour = channels === 3;
  // At most 1024 pixels of 765²: whole numbers of 32 bits, which are quicker.
  let squares = 0;
  let { least, most } = range;
  for (let x = 0; x < width; x++) {
    let value = pixels[start + x];
    if (isColour) value = (value + pixels[second + x] + pixels[third + x]) | 0;
    grey[x] = value;
    squares = (squares + Math.imul(value, value)) | 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  range.squares += squares;
  range.least = least;
  range.most = most;
}

function addRow(grey: Int32Array, weight: number, sums: Float64Array): void {
  if (weight === 1) for (let x = 0; x < grey.length; x++) sums[x] += grey[x];
  else for (let x = 0; x < grey.length; x++) sums[x] += weight * grey[x];
}

/** Writes one row of cells from the sums of its columns of pixels; returns the sum of all. */
function writeCells(sums: Float64Array, columns: Float64Array, scale: number, out: Uint8Array, offset: number): number {
  let total = 0;
  let x = 0;
  let left = 0;
  for (let cell = 0; cell < THUMBNAIL_SIDE; cell++) {
    const right = columns[cell + 1];
    let sum = 0;
    for (; x + 1 <= right; left = ++x) sum += sums[x] * (x + 1 - left);
    if (right > left) sum += sums[x] * (right - left);
    left = right;
    out[offset + cell] = Math.min(255, Math.round(sum * scale));
    total += sum;
  }
  return total;
}

function writeBrightness(
  { squares, least, most }: GreyRange,
  mean: number,
  { width, height, channels }: ImageSize,
  out: Uint8Array,
): void {
  const variance = Math.max(0, squares / (width * height) - mean * mean);
  out[MEAN] = Math.round(mean / channels);
  // Rounded up, so that 0 means that all pixels are the same.
  out[DEVIATION] = least === most ? 0 : Math.min(255, Math.ceil(Math.sqrt(variance) / channels / DEVIATION_STEP));
  out[LEAST] = Math.floor(least / channels);
  out[MOST] = Math.ceil(most / channels);
}
