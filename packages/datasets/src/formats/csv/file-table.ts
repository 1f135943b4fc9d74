/** A table beside the images: a row for each, with what its file is called and its label. */
import { type DatasetOptions, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { askedColumn, isRowNumber, listNames, namedLabelColumn, namedSplitColumn } from '../column-names.js';
import { labelText } from '../labels.js';
import { splitOfCell, splitOfPath } from '../split-names.js';
import { readCsvRows, readFirstRows } from './csv-file.js';
import type { ImageNames } from './image-names.js';

export interface FileTable {
  entry: ArchiveEntry;
  header: readonly string[] | null;
  file: number;
  label: number;
  split: number | null;
}

/** A row of such a table and the image that it names, or why it is of no use. `index` counts from 0, without the names. */
export type FileRow =
  | { index: number; image: ArchiveEntry; label: string; split: Split | null }
  | { index: number; reason: string };

/** Rows that are looked at to find the column with the names of the images. */
const SAMPLE_ROWS = 50;

/** Null where no column names images of the archive. Throws `invalid_dataset` where the labels cannot be told. */
export async function openFileTable(
  archive: Archive,
  entry: ArchiveEntry,
  images: ImageNames,
  options: DatasetOptions,
): Promise<FileTable | null> {
  const rows = await readFirstRows(archive, entry, SAMPLE_ROWS);
  const header = rows[0].some((cell) => images.has(cell)) ? null : rows[0];
  const data = header ? rows.slice(1) : rows;
  const columns = rows[0].length;
  const hits = Array.from(
    { length: columns },
    (_, column) => data.filter((row) => images.has(row[column] ?? '')).length,
  );
  const file = hits.indexOf(Math.max(...hits));
  if (hits[file] === 0) return null;
  const split = header ? namedSplitColumn(header) : null;
  return { entry, header, file, split, label: labelColumn({ entry, header, file, split }, columns, options) };
}

function labelColumn(
  { entry, header, file, split }: Omit<FileTable, 'label'>,
  columns: number,
  { label_column: asked }: DatasetOptions,
): number {
  if (asked !== undefined) return askedColumn(asked, columns, header);
  const named = header ? namedLabelColumn(header) : null;
  if (named !== null && named !== file) return named;
  const others = Array.from({ length: columns }, (_, index) => index).filter(
    (index) => index !== file && index !== split && !(header && isRowNumber(header[index])),
  );
  if (others.length === 1) return others[0];
  const known = header ? ` The columns are ${listNames(header)}.` : ` There are ${columns} columns without names.`;
  const detail = `"${printable(entry.path)}" does not show which column holds the labels.${known} Name it in options.label_column.`;
  throw new TrainyardError('invalid_dataset', detail);
}

/** Whether the labels need no guess: then the table means them, also where folders could be classes. */
export function namesItsLabels(table: FileTable): boolean {
  return table.header !== null && namedLabelColumn(table.header) === table.label;
}

/** Every row. */
export async function* readFileRows(archive: Archive, table: FileTable, images: ImageNames): AsyncGenerator<FileRow> {
  let index = table.header ? -1 : 0;
  for await (const cells of readCsvRows(archive, table.entry)) {
    if (index >= 0) yield readRow(table, images, cells, index);
    index++;
  }
}

function readRow(
  { entry, file, label, split }: FileTable,
  images: ImageNames,
  cells: string[],
  index: number,
): FileRow {
  const text = labelText(cells[label] ?? '');
  if (text === null) return { index, reason: 'it has no label' };
  const tableSplit = (split === null ? null : splitOfCell(cells[split] ?? '')) ?? splitOfPath(entry.path);
  const image = images.find(cells[file] ?? '', tableSplit);
  if (typeof image === 'string') {
    return { index, reason: `"${printable(cells[file] ?? '').slice(0, 200)}": ${image}` };
  }
  return { index, image, label: text, split: tableSplit ?? splitOfPath(image.path) };
}
