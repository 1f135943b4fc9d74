/** Lists the images of an archive that tables beside them name. */
import { type DatasetOptions, type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { Archive } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { ListedSample, Listing } from '../format.js';
import { ColumnLabels } from '../labels/column-labels.js';
import { NO_LABEL } from '../labels/found-labels.js';
import { nameOf, skipOthers } from '../sources.js';
import { isCsvFile } from './csv-file.js';
import { type FileTable, openFileTable, readFileRows } from './file-table.js';
import { ImageNames } from './image-names.js';

/** Null where no table names images of the archive. Throws `invalid_dataset`. */
export async function listNamedFiles(archive: Archive, options: DatasetOptions): Promise<Listing | null> {
  const names = new ImageNames(archive);
  const tables = await openTables(archive, names, options);
  if (tables.length === 0) return null;
  const labels = new ColumnLabels();
  const { images, skipped } = await readTables(archive, tables, names, labels);
  if (images.size === 0) {
    const detail = `No row of "${printable(tables[0].entry.path)}" names an image of the archive and its label.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  const listing = { samples: [...images.values()], skipped };
  const used = new Set([...images.keys(), ...tables.map(({ entry }) => entry.path)]);
  const found = labels.finish(listing, options);
  return {
    ...found,
    samples: listing.samples,
    skipped: listing.skipped.concat(skipOthers(archive, used, 'no row of a table names it')),
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

/** The images by their paths. An image that is named again is taken the first time that it has a label. */
async function readTables(archive: Archive, tables: readonly FileTable[], names: ImageNames, labels: ColumnLabels) {
  const images = new Map<string, ListedSample>();
  const skipped: SkippedFile[] = [];
  for (const table of tables) {
    for await (const row of readFileRows(archive, table, names)) {
      const file = nameOf({ source: table.entry.path, index: row.index });
      if ('reason' in row) {
        skipped.push({ file, reason: row.reason, code: row.code });
        continue;
      }
      const { path } = row.image;
      const label = labels.add(row.labels, table.labels);
      if ((images.get(path)?.label ?? NO_LABEL) === NO_LABEL)
        images.set(path, { source: path, label, split: row.split });
      else skipped.push({ file, reason: `"${printable(path)}" was named before`, code: 'named_again' });
    }
  }
  const hasTrain = [...images.values()].some(({ split }) => split === 'train' || split === null);
  if (!hasTrain) for (const image of images.values()) image.split = null;
  return { images, skipped };
}
