/** The labels of .npy files: one number or text for each image, or a row of numbers or of texts. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { FoundLabels, LabelledListing } from '../labels/found-labels.js';
import { ListLabels } from '../labels/list-labels.js';
import { finishRows } from '../labels/number-rows.js';
import { TextLabels } from '../labels/text-labels.js';
import { labelText } from '../labels.js';
import { type NpyHead, readNpyHead, readNpyItems } from './npy-file.js';

/** More numbers for an image are a picture, as of a segmentation. */
const WIDTH_MAX = 4096;

export class NpzLabels {
  readonly #texts = new TextLabels();
  readonly #lists = new ListLabels();
  #kind: { width: number; isText: boolean } | null = null;

  /**
   * What `label` is of each image until `finish`, in the order of the images. Throws `invalid_dataset` where the labels of
   * another file were of another kind.
   */
  async *read(archive: Archive, entry: ArchiveEntry): AsyncGenerator<number | number[]> {
    const head = await readNpyHead(archive, entry);
    this.#check(entry, head);
    for await (const item of readNpyItems(archive, entry, head)) {
      const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
      yield this.#labelOf(view, head);
    }
  }

  /** Gives the samples their labels. Throws `invalid_dataset` for labels that are not of the task that is asked for. */
  finish(listing: LabelledListing, { task, label_separator: separator }: DatasetOptions): FoundLabels {
    const { width, isText } = this.#kind ?? { width: 1, isText: true };
    if (width === 1) return this.#texts.finish(listing, { task, separator });
    if (isText) return this.#lists.finish(listing, { task });
    const columns = Array.from({ length: width }, (_, place) => String(place));
    return finishRows(listing, columns, { task, targets: columns.map((place) => `target_${place}`) });
  }

  #labelOf(view: DataView, { type, itemSize }: NpyHead): number | number[] {
    if (itemSize === 1) return this.#texts.add(labelText(type.readText(view, 0)));
    const places = Array.from({ length: itemSize }, (_, place) => place * type.bytes);
    if (type.isText) return this.#lists.add(places.map((place) => type.readText(view, place)));
    return places.map((place) => type.readNumber(view, place));
  }

  #check(entry: ArchiveEntry, { itemSize: width, type: { isText }, shape }: NpyHead): void {
    const name = printable(entry.path);
    if (width > WIDTH_MAX) {
      throw invalid(
        `"${name}" has the shape (${shape.join(', ')}). Expected: one label or at most ${WIDTH_MAX} for each image.`,
      );
    }
    const other = this.#kind;
    this.#kind ??= { width, isText };
    if (other === null || (other.width === width && (other.isText === isText || width === 1))) return;
    throw invalid(`"${name}" holds ${width} values for each image; the labels of another file are ${other.width}.`);
  }
}

/** The count of images that a file has labels for. */
export async function countNpyLabels(archive: Archive, entry: ArchiveEntry): Promise<number> {
  return (await readNpyHead(archive, entry)).shape[0];
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
