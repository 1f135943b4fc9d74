/** A table beside the images: a row for each, with what its file is called and its label. */
import { type DatasetOptions, type SkipCode, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { isRowNumber, listNames, namedLabelColumn, namedSplitColumn } from '../column-names.js';
import { askedLabelColumns, type LabelColumns, labelColumn, numberColumns } from '../label-columns.js';
import { splitOfCell, splitOfPath } from '../split-names.js';
import { readCsvRows, readFirstRows } from './csv-file.js';
import type { ImageNames } from './image-names.js';

export interface FileTable {
  entry: ArchiveEntry;
  header: readonly string[] | null;
  file: number;
  labels: LabelColumns;
  split: number | null;
}

/** A row of such a table and the image that it names, or why it is of no use. `index` counts from 0, without the names. */
export type FileRow = { index: number } & (
  | { image: ArchiveEntry /** What the columns of the labels hold. */; labels: string[]; split: Split | null }
  | { reason: string; code: SkipCode }
);

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
  const labels = labelColumns({ entry, header, file, split }, data, options);
  return { entry, header, file, split, labels };
}

function labelColumns(
  { entry, header, file, split }: Omit<FileTable, 'labels'>,
  rows: readonly (readonly string[])[],
  options: DatasetOptions,
): LabelColumns {
  const columns = (header ?? rows[0]).length;
  const asked = askedLabelColumns(options, columns, header);
  if (asked) return asked;
  const named = header ? namedLabelColumn(header) : null;
  if (named !== null && named !== file) return labelColumn(named, header);
  const others = Array.from({ length: columns }, (_, index) => index).filter(
    (index) => index !== file && index !== split && !(header && isRowNumber(header[index])),
  );
  if (others.length === 1) return labelColumn(others[0], header);
  if (header && others.length > 1 && areMarks(others, rows)) return numberColumns(others, header);
  const known = header ? ` The columns are ${listNames(header)}.` : ` There are ${columns} columns without names.`;
  const remedy = 'Name it in options.label_column, or several of numbers in options.label_columns.';
  const detail = `"${printable(entry.path)}" does not show which column holds the labels.${known} ${remedy}`;
  throw new TrainyardError('invalid_dataset', detail);
}

/** Whether all columns say yes or no, by 1 and 0 or by 1 and -1. */
function areMarks(columns: readonly number[], rows: readonly (readonly string[])[]): boolean {
  const found = new Set(rows.flatMap((row) => columns.map((column) => Number(row[column]?.trim() || Number.NaN))));
  return found.size === 2 && found.has(1) && (found.has(0) || found.has(-1));
}

/** Whether the labels need no guess: then the table means them, also where folders could be classes. */
export function namesItsLabels(table: FileTable): boolean {
  const named = table.header && namedLabelColumn(table.header);
  return named !== null && table.labels.places.length === 1 && named === table.labels.places[0];
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
  { entry, file, labels, split }: FileTable,
  images: ImageNames,
  cells: string[],
  index: number,
): FileRow {
  const tableSplit = (split === null ? null : splitOfCell(cells[split] ?? '')) ?? splitOfPath(entry.path);
  const image = images.find(cells[file] ?? '', tableSplit);
  if (typeof image === 'string') {
    const reason = `"${printable(cells[file] ?? '').slice(0, 200)}": ${image}`;
    return { index, reason, code: 'no_such_image' };
  }
  const found = labels.places.map((place) => cells[place] ?? '');
  return { index, image, labels: found, split: tableSplit ?? splitOfPath(image.path) };
}
