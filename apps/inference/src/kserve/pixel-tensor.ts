/** UINT8 pixels as a JSON array, flat or nested as the shape says. */
import { BODY_BYTES_MAX } from '../routes/body-limit.js';
import { arrayAt, expected, invalid, type Pointer } from './json-fields.js';

/**
 * The elements in row-major order. Throws `invalid_request` with a pointer to the first that is no whole number from 0 to
 * 255, or to the first array of another length than `shape` has there.
 */
export function readPixels(data: unknown, shape: readonly number[], pointer: Pointer): Uint8Array {
  const list = arrayAt(data, pointer);
  const total = shape.reduce((product, size) => product * size, 1);
  const isNested = Array.isArray(list[0]);
  if (!isNested && list.length !== total) throw wrongLength(list, total, pointer);
  // A short list that claims a large shape must not be answered with memory.
  if (total > BODY_BYTES_MAX) throw invalid(pointer, `Expected at most ${BODY_BYTES_MAX} elements in JSON.`);
  const pixels = new Uint8Array(total);
  fill(pixels, list, { shape: isNested ? shape : [total], offset: 0, pointer });
  return pixels;
}

interface Place {
  /** Of this array and of those in it. */
  shape: readonly number[];
  /** Of its first element. */
  offset: number;
  pointer: Pointer;
}

function fill(pixels: Uint8Array, list: readonly unknown[], { shape, offset, pointer }: Place): void {
  const [length, ...inner] = shape;
  if (list.length !== length) throw wrongLength(list, length, pointer);
  const step = inner.reduce((product, size) => product * size, 1);
  for (let index = 0; index < length; index++) {
    const value = list[index];
    if (inner.length > 0) {
      const place = `${pointer}/${index}`;
      fill(pixels, arrayAt(value, place), { shape: inner, offset: offset + index * step, pointer: place });
    } else if (isByte(value)) pixels[offset + index] = value;
    else throw expected('a whole number from 0 to 255', value, `${pointer}/${index}`);
  }
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}

function wrongLength(list: readonly unknown[], length: number, pointer: Pointer) {
  return invalid(pointer, `Expected ${length} elements; received ${list.length}.`);
}
