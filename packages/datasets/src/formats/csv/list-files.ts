/** Lists the images of an archive that tables beside them name. */
import { type DatasetOptions, type SkippedFile, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { ListedSample, Listing, OnProgress } from '../format.js';
import { readImageHeads } from '../image-files.js';
import { LabelSet } from '../labels.js';
import { nameOf, skipOthers } from '../sources.js';
import { isCsvFile } from './csv-file.js';
import { type FileTable, openFileTable, readFileRows } from './file-table.js';
import { ImageNames } from './image-names.js';

interface NamedImage {
  entry: ArchiveEntry;
  /** Of a `LabelSet`. */
  label: number;
  split: Split | null;
}

/** Null where no table names images of the archive. Throws `invalid_dataset`. */
export async function listNamedFiles(
  archive: Archive,
  options: DatasetOptions,
  onProgress: OnProgress,
): Promise<Listing | null> {
  const names = new ImageNames(archive);
  const tables = await openTables(archive, names, options);
  if (tables.length === 0) return null;
  const labels = new LabelSet();
  const { images, skipped } = await readTables(archive, tables, names, labels);
  if (images.size === 0) {
    const detail = `No row of "${printable(tables[0].entry.path)}" names an image of the archive and its label.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  const listing: Listing = { classes: [], samples: [], skipped, isGrey: true };
  await readHeads(archive, [...images.values()], listing, onProgress);
  const used = new Set([...images.keys(), ...tables.map(({ entry }) => entry.path)]);
  listing.skipped.push(...skipOthers(archive, used, 'no row of a table names it'));
  listing.classes = labels.finish(listing.samples);
  return listing;
}

/** Tables that name no image are passed over. */
async function openTables(archive: Archive, names: ImageNames, options: DatasetOptions): Promise<FileTable[]> {
  const tables: FileTable[] = [];
  if (names.count === 0) return tables;
  for (const entry of archive.entries.filter(isCsvFile)) {
    const table = await openFileTable(archive, entry, names, options);
    if (table) tables.push(table);
  }
  return tables;
}

/** The images by their paths. An image that is named again is taken the first time. */
async function readTables(archive: Archive, tables: readonly FileTable[], names: ImageNames, labels: LabelSet) {
  const images = new Map<string, NamedImage>();
  const skipped: SkippedFile[] = [];
  for (const table of tables) {
    for await (const row of readFileRows(archive, table, names)) {
      const file = nameOf({ source: table.entry.path, index: row.index });
      if ('reason' in row) skipped.push({ file, reason: row.reason });
      else if (images.has(row.image.path)) {
        skipped.push({ file, reason: `"${printable(row.image.path)}" was named before` });
      } else images.set(row.image.path, { entry: row.image, label: labels.add(row.label), split: row.split });
    }
  }
  const hasTrain = [...images.values()].some(({ split }) => split === 'train' || split === null);
  if (!hasTrain) for (const image of images.values()) image.split = null;
  return { images, skipped };
}

async function readHeads(
  archive: Archive,
  images: readonly NamedImage[],
  listing: Listing,
  onProgress: OnProgress,
): Promise<void> {
  let done = 0;
  for await (const { file, head, reason } of readImageHeads(archive, images)) {
    onProgress(++done, images.length);
    if (!head) {
      listing.skipped.push({ file: printable(file.entry.path), reason });
      continue;
    }
    listing.isGrey &&= head.isGrey;
    const { width, height } = head;
    const sample: ListedSample = { source: file.entry.path, class: file.label, split: file.split, width, height };
    listing.samples.push(sample);
  }
}
