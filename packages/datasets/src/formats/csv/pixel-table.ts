/** A table with a row for each image: its label, and its pixels in columns of their own or together in one. */
import { type DatasetOptions, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { isRowNumber, listNames, namedLabelColumn, namedSplitColumn, onlyOtherColumn } from '../column-names.js';
import { flatImageShape, type ImageShape } from '../image-shape.js';
import { askedLabelColumns, type LabelColumns, labelColumn } from '../label-columns.js';
import { splitOfCell } from '../split-names.js';
import { cutCsvRows, readFirstRows } from './csv-file.js';
import type { CsvRow } from './csv-row.js';
import { LabelGuess } from './label-guess.js';

export interface PixelTable {
  entry: ArchiveEntry;
  /** Names of the columns; null where the first row is an image already. */
  header: readonly string[] | null;
  columns: number;
  labels: LabelColumns;
  split: number | null;
  /** The columns of the pixels, or one that holds all of them with spaces between. */
  pixels: readonly number[];
  shape: ImageShape;
}

/** A row of such a table, or why it is no image. `index` counts from 0, without the names. */
export type PixelRow = { index: number } & (
  | { /** What the columns of the labels hold. */ labels: string[]; split: Split | null; values: Float64Array }
  | { reason: string }
);

/** Throws `invalid_dataset` where the labels or the shape of the images cannot be told. */
export async function openPixelTable(
  archive: Archive,
  entry: ArchiveEntry,
  options: DatasetOptions,
): Promise<PixelTable> {
  const [first, second] = await readFirstRows(archive, entry, 2);
  const header = isHeader(first) ? first.map((name) => name.trim()) : null;
  const sample = header ? second : first;
  if (!sample) throw invalid(entry, 'has no row of data');
  const columns = sample.length;
  const packed = sample.findIndex((cell) => numbersOf(cell).length > 3);
  const split = header ? namedSplitColumn(header) : null;
  const labels =
    askedLabelColumns(options, columns, header) ??
    labelColumn(
      (header && (namedLabelColumn(header) ?? onlyOtherColumn(header))) ??
        otherThan(columns, [packed, split]) ??
        (await guessLabel(archive, entry, header)),
      header,
    );
  const used = new Set([...labels.places, split]);
  const rest = Array.from(sample.keys()).filter((index) => !used.has(index) && !(header && isRowNumber(header[index])));
  const pixels = packed >= 0 ? [packed] : rest;
  const count = packed >= 0 ? numbersOf(sample[packed]).length : pixels.length;
  const lastName = header?.[pixels[pixels.length - 1]] ?? '';
  return { entry, header, columns, labels, split, pixels, shape: shapeOf(entry, count, options, lastName) };
}

/** Every row. */
export async function* readPixelRows(archive: Archive, table: PixelTable): AsyncGenerator<PixelRow> {
  let index = table.header ? -1 : 0;
  for await (const row of cutCsvRows(archive, table.entry)) {
    if (index >= 0) yield readRow(table, row, index);
    index++;
  }
}

function readRow({ columns, labels, split, pixels, shape }: PixelTable, row: CsvRow, index: number): PixelRow {
  if (row.count !== columns) return { index, reason: `it has ${row.count} fields; expected ${columns}` };
  const values = new Float64Array(shape.width * shape.height * shape.channels);
  const isPacked = pixels.length === 1 && values.length > 1;
  const count = isPacked ? row.numbers(pixels[0], values) : readNumbers(row, pixels, values);
  if (count !== values.length) return { index, reason: `it has ${count} pixels; expected ${values.length}` };
  for (let place = 0; place < count; place++) {
    if (!Number.isFinite(values[place])) return { index, reason: `its pixel ${place + 1} is not a number` };
  }
  const found = labels.places.map((place) => row.text(place));
  return { index, labels: found, split: split === null ? null : splitOfCell(row.text(split)), values };
}

function readNumbers(row: CsvRow, columns: readonly number[], values: Float64Array): number {
  for (let place = 0; place < columns.length; place++) values[place] = row.number(columns[place]);
  return columns.length;
}

/** Names, where one is known or most of the first row are no numbers. */
function isHeader(row: readonly string[]): boolean {
  if (namedLabelColumn(row) !== null) return true;
  const isNumbers = (cell: string) => numbersOf(cell).every((part) => !Number.isNaN(Number(part)));
  return row.filter((cell) => cell.trim() === '' || !isNumbers(cell)).length > row.length / 2;
}

function numbersOf(cell: string): string[] {
  return cell.includes(' ') ? cell.trim().split(/\s+/) : [cell];
}

/** The one column beside those, where the pixels are together in one. */
function otherThan(columns: number, [packed, split]: [number, number | null]): number | null {
  const others = Array.from({ length: columns }, (_, index) => index).filter((i) => i !== packed && i !== split);
  return packed >= 0 && others.length === 1 ? others[0] : null;
}

async function guessLabel(archive: Archive, entry: ArchiveEntry, header: readonly string[] | null): Promise<number> {
  const guess = new LabelGuess();
  const first = header && isRowNumber(header[0]) ? 1 : 0;
  let last = 0;
  for await (const row of cutCsvRows(archive, entry)) {
    const isNames = header !== null && last === 0;
    last ||= row.count - 1;
    if (!isNames && row.count === last + 1) guess.add(row.text(first), row.text(last));
  }
  const place = guess.result();
  if (place) return place === 'first' ? first : last;
  const known = header ? ` The columns are ${listNames(header)}.` : '';
  throw invalid(entry, `does not show which column holds the labels.${known} Name it in options.label_column`);
}

function shapeOf(entry: ArchiveEntry, count: number, options: DatasetOptions, lastName: string): ImageShape {
  try {
    return flatImageShape(count, options.image, lastName);
  } catch (error) {
    if (error instanceof TrainyardError) throw invalid(entry, `cannot be used: ${error.detail.replace(/\.$/, '')}`);
    throw error;
  }
}

function invalid(entry: ArchiveEntry, what: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`);
}
