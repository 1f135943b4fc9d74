/**
 * Arrays in Fortran order have the first axis innermost: one element of every item, then the next of every item. Items
 * are gathered in windows that fit in memory, with one pass over the file for each window.
 */
import { TrainyardError } from '@trainyard/contracts';
import { printable } from '../../archive/entry-names.js';
import type { ByteReader } from '../../byte-reader.js';
import type { NpyHead } from './npy-file.js';

const WINDOW_BYTES = 256 * 1024 ** 2;
const PASSES_MAX = 32;
const PIECE_BYTES = 1024 ** 2;

/** Yields the bytes of each item, its elements in C order. `open` gives the elements from their start. */
export async function* readFortranItems(
  open: () => Promise<ByteReader>,
  head: NpyHead,
  path: string,
  windowBytes = WINDOW_BYTES,
): AsyncGenerator<Uint8Array> {
  const [count] = head.shape;
  const itemBytes = head.itemSize * head.type.bytes;
  const window = Math.max(1, Math.floor(windowBytes / itemBytes));
  if (Math.ceil(count / window) > PASSES_MAX) {
    const detail = `"${printable(path)}" is in Fortran order and too large for it. Save it in C order (numpy.ascontiguousarray).`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  for (let first = 0; first < count; first += window) {
    const size = Math.min(window, count - first);
    const items = await gather(await open(), head, first, size);
    for (let index = 0; index < size; index++) yield items.subarray(index * itemBytes, (index + 1) * itemBytes);
  }
}

async function gather(reader: ByteReader, head: NpyHead, first: number, size: number): Promise<Uint8Array> {
  const { shape, itemSize, type } = head;
  const items = new Uint8Array(size * itemSize * type.bytes);
  const places = elementPlaces(shape.slice(1));
  try {
    for (let element = 0; element < itemSize; element++) {
      await skip(reader, first * type.bytes);
      await scatter(reader, { items, size, itemSize, place: places[element], bytes: type.bytes });
      await skip(reader, (shape[0] - first - size) * type.bytes);
    }
    // To the end, where a damaged entry is found out.
    await reader.take(1);
    return items;
  } finally {
    await reader.close();
  }
}

interface Scatter {
  items: Uint8Array;
  size: number;
  itemSize: number;
  place: number;
  bytes: number;
}

/** Puts one element of each item of the window in its place. */
async function scatter(reader: ByteReader, { items, size, itemSize, place, bytes }: Scatter): Promise<void> {
  const most = Math.floor(PIECE_BYTES / bytes);
  for (let done = 0; done < size; done += most) {
    const count = Math.min(most, size - done);
    const piece = await reader.take(count * bytes);
    for (let index = 0; index < count; index++) {
      const to = ((done + index) * itemSize + place) * bytes;
      for (let byte = 0; byte < bytes; byte++) items[to + byte] = piece[index * bytes + byte];
    }
  }
}

async function skip(reader: ByteReader, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= PIECE_BYTES) await reader.take(Math.min(left, PIECE_BYTES));
}

/** For each element of an item in Fortran order, its place in C order. */
export function elementPlaces(shape: readonly number[]): Uint32Array {
  const total = shape.reduce((product, size) => product * size, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const places = new Uint32Array(total);
  for (let element = 0; element < total; element++) {
    let rest = element;
    for (let axis = 0; axis < shape.length; axis++) {
      places[element] += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
  }
  return places;
}
