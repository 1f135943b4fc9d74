/** The images of a .npy file: what its shape says, and its pixels as bytes. */
import { type DatasetReading, type ImageOptions, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { PIXELS_MAX, toPlanar } from '../../decode.js';
import { type ItemShape, itemShape } from '../image-shape.js';
import { type PixelRange, toPixelBytes } from '../pixel-range.js';
import type { PlacedImage } from '../raw-images.js';
import { type NpyHead, readNpyHead, readNpyItems } from './npy-file.js';

/**
 * (N, H, W), (N, H, W, C), (N, C, H, W) with C 1 or 3, or (N, pixels). Channels are last where it could be either.
 * Throws `invalid_dataset`.
 */
export function npyImageShape(entry: ArchiveEntry, { shape, type }: NpyHead, options: ImageOptions): ItemShape {
  if (type.isText) throw invalid(entry, 'holds texts. Expected: pixels');
  const found = itemShape(shape.slice(1), options);
  if (found && found.width * found.height <= PIXELS_MAX) return found;
  const expected = '(N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels';
  throw invalid(entry, `has the shape (${shape.join(', ')}). Expected: ${expected}`);
}

/** Looks at the numbers of a file for their range; at no more of them than it takes. */
export async function measureRange(
  archive: Archive,
  entry: ArchiveEntry,
  head: NpyHead,
  range: PixelRange,
): Promise<void> {
  for await (const item of readNpyItems(archive, entry, head)) {
    const values = numbersOf(item, head);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw invalid(entry, `has a pixel that is ${values[bad]}. Expected: numbers`);
    range.add(values);
    if (head.descr === '|u1' && range.isSettledForBytes) return;
  }
}

/** The images in their order. */
export async function* readNpyImages(
  archive: Archive,
  entry: ArchiveEntry,
  options: ImageOptions,
  reading: DatasetReading,
): AsyncGenerator<PlacedImage> {
  const head = await readNpyHead(archive, entry);
  const { channels, isPlanar } = npyImageShape(entry, head, options);
  let index = 0;
  for await (const item of readNpyItems(archive, entry, head)) {
    const pixels = toPixelBytes(numbersOf(item, head), reading);
    yield { index: index++, channels, pixels: isPlanar ? pixels : toPlanar(pixels, channels) };
  }
}

function numbersOf(item: Uint8Array, { type, itemSize, descr }: NpyHead): Uint8Array | Float64Array {
  if (descr === '|u1') return item;
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
  const values = new Float64Array(itemSize);
  for (let index = 0; index < itemSize; index++) values[index] = type.readNumber(view, index * type.bytes);
  return values;
}

function invalid(entry: ArchiveEntry, what: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`);
}
