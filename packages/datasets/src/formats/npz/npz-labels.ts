/** The labels of a .npy file: one number or text for each image, or a row of zeros with a one. */
import { TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { labelText } from '../labels.js';
import { type NpyHead, readNpyHead, readNpyItems } from './npy-file.js';

/** In the order of the images; null for an image without a label. Throws `invalid_dataset`. */
export async function* readNpyLabels(archive: Archive, entry: ArchiveEntry): AsyncGenerator<string | null> {
  const head = await readNpyHead(archive, entry);
  if (head.type.isText && head.itemSize > 1) throw severalLabels(entry, head);
  let index = 0;
  for await (const item of readNpyItems(archive, entry, head)) {
    const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
    yield head.itemSize === 1 ? labelText(head.type.readText(view, 0)) : oneHot(view, head, entry, index);
    index++;
  }
}

/** The count of images that a file has labels for. */
export async function countNpyLabels(archive: Archive, entry: ArchiveEntry): Promise<number> {
  return (await readNpyHead(archive, entry)).shape[0];
}

function oneHot(view: DataView, head: NpyHead, entry: ArchiveEntry, index: number): string {
  let hot = -1;
  for (let place = 0; place < head.itemSize; place++) {
    const value = head.type.readNumber(view, place * head.type.bytes);
    if (value === 0) continue;
    if (value !== 1 || hot >= 0) throw severalLabels(entry, head, index);
    hot = place;
  }
  if (hot < 0) throw severalLabels(entry, head, index);
  return String(hot);
}

function severalLabels(entry: ArchiveEntry, { shape }: NpyHead, index?: number): TrainyardError {
  const row = index === undefined ? '' : ` and row ${index + 1} is not zeros with a single one`;
  const detail = `"${printable(entry.path)}" has the shape (${shape.join(', ')})${row}. Expected: one label for each image.`;
  return new TrainyardError('invalid_dataset', detail);
}
