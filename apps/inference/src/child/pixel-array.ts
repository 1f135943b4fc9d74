/** Pixels that were sent as nested arrays, made into an image file, so that they take the way of every other image. */
import { TrainyardError } from '@trainyard/contracts';
import { encodePng } from '@trainyard/pictures';

/** A PNG of `rows`: [height][width] or [height][width][channels] of 0 to 255. Throws `invalid_image`. */
export function fromPixels(rows: readonly unknown[]): Uint8Array {
  const [first] = rows;
  if (!Array.isArray(first) || first.length === 0) {
    throw invalid('Expected rows of pixels: [height][width] or [height][width][channels].');
  }
  const width = first.length;
  const channels = channelsOf(first[0]);
  const pixels = new Uint8Array(rows.length * width * (channels ?? 1));
  let offset = 0;
  for (const [y, row] of rows.entries()) {
    for (const [x, pixel] of listOf(row, width, [y]).entries()) {
      const values = channels === undefined ? [pixel] : listOf(pixel, channels, [y, x]);
      for (const value of values) {
        if (!isByte(value))
          throw invalid(`Expected whole numbers from 0 to 255; received ${shown(value)} at ${at([y, x])}.`);
        pixels[offset++] = value;
      }
    }
  }
  return encodePng(pixels, { width, height: rows.length, channels: channels ?? 1 }, { isTransient: true });
}

/** Undefined where a pixel is a plain number. */
function channelsOf(pixel: unknown): 1 | 3 | undefined {
  if (!Array.isArray(pixel)) return undefined;
  if (pixel.length === 1 || pixel.length === 3) return pixel.length;
  throw invalid(`Expected 1 or 3 channels; received ${pixel.length} at ${at([0, 0])}.`);
}

function listOf(value: unknown, length: number, place: number[]): unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  throw invalid(`Expected ${length} values like in the first; received ${shown(value)} at ${at(place)}.`);
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'number' ? String(value) : typeof value;
}

function at(place: readonly number[]): string {
  return place.map((index) => `[${index}]`).join('');
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_image', detail);
}
