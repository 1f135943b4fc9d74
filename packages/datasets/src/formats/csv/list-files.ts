/** Lists the images of an archive that tables beside them name. */
import { type DatasetOptions, type SkippedFile, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { Listing } from '../format.js';
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
export async function listNamedFiles(archive: Archive, options: DatasetOptions): Promise<Listing | null> {
  const names = new ImageNames(archive);
  const tables = await openTables(archive, names, options);
  if (tables.length === 0) return null;
  const labels = new LabelSet();
  const { images, skipped } = await readTables(archive, tables, names, labels);
  if (images.size === 0) {
    const detail = `No row of "${printable(tables[0].entry.path)}" names an image of the archive and its label.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  const samples = Array.from(images.values(), ({ entry, label, split }) => ({ source: entry.path, label, split }));
  const used = new Set([...images.keys(), ...tables.map(({ entry }) => entry.path)]);
  return {
    task: 'multiclass',
    classes: labels.finish(samples),
    targets: null,
    samples,
    skipped: skipped.concat(skipOthers(archive, used, 'no row of a table names it')),
    isGrey: null,
  };
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
