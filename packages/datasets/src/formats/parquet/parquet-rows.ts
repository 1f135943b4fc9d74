/** The rows of a Parquet file as labels and images. */
import { type DatasetOptions, type Split, TrainyardError } from '@trainyard/contracts';
import { printable } from '../../archive/entry-names.js';
import { type ItemShape, itemShape } from '../image-shape.js';
import { splitOfCell } from '../split-names.js';
import { columnsOf } from './label-source.js';
import type { ImageColumns, ParquetColumns } from './parquet-columns.js';
import type { ParquetFile, ParquetRow } from './parquet-file.js';

/** The rows of a file with all that a listing needs, or with the pixels alone. */
export function readRows(file: ParquetFile, columns: ParquetColumns, withLabels: boolean): AsyncIterable<ParquetRow> {
  const { images } = columns;
  const labels = withLabels ? namesOf(columns) : [];
  if (images.kind === 'flat') return file.rows(labels, images.columns);
  return file.rows([...new Set([images.column, ...labels])]);
}

/** The rows of a file with their labels alone. */
export function readLabels(file: ParquetFile, columns: ParquetColumns): AsyncIterable<ParquetRow> {
  return file.rows(namesOf(columns));
}

function namesOf({ labels, split }: ParquetColumns): string[] {
  return [...columnsOf(labels), ...(split === null ? [] : [split])];
}

export function splitOf({ cells }: ParquetRow, { split }: ParquetColumns): Split | null {
  const value = split === null ? null : cells[split];
  return typeof value === 'string' ? splitOfCell(value) : null;
}

/** The file of an encoded image; null where the row has none. */
export function encodedImage({ cells }: ParquetRow, column: string): Uint8Array | null {
  const value = cells[column];
  if (value instanceof Uint8Array) return value;
  const bytes = typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : null;
  return bytes instanceof Uint8Array ? bytes : null;
}

/** The numbers of an image, and its sizes, as deep as the lists are; null where lists are not all as long. */
export function imageNumbers(
  { cells, numbers }: ParquetRow,
  images: Exclude<ImageColumns, { kind: 'encoded' }>,
): { values: ArrayLike<number>; sizes: number[] } | null {
  if (images.kind === 'flat') return { values: numbers, sizes: [numbers.length] };
  const values: number[] = [];
  const sizes = flatten(cells[images.column], values);
  return sizes && sizes.length > 0 ? { values, sizes } : null;
}

/** The shape of an image of those sizes. Throws `invalid_dataset`. */
export function shapeOfSizes(file: ParquetFile, sizes: readonly number[], options: DatasetOptions): ItemShape {
  const name = printable(file.entry.path);
  try {
    const shape = itemShape(sizes, options.image);
    if (shape) return shape;
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    throw new TrainyardError('invalid_dataset', `"${name}" cannot be used: ${error.detail}`);
  }
  const detail = `"${name}" has images of the sizes (${sizes.join(', ')}). Expected: (H, W), (H, W, C) or (C, H, W) with 1 or 3 channels.`;
  throw new TrainyardError('invalid_dataset', detail);
}

/** Puts the numbers into `values` and returns the sizes of the lists from the outside in. */
function flatten(item: unknown, values: number[]): number[] | null {
  if (!isList(item)) {
    values.push(typeof item === 'bigint' || typeof item === 'boolean' ? Number(item) : asNumber(item));
    return [];
  }
  let inner: number[] | null = null;
  for (let index = 0; index < item.length; index++) {
    const sizes = flatten(item[index], values);
    if (sizes === null || (inner !== null && inner.join() !== sizes.join())) return null;
    inner = sizes;
  }
  return [item.length, ...(inner ?? [])];
}

function isList(item: unknown): item is ArrayLike<unknown> {
  return Array.isArray(item) || (ArrayBuffer.isView(item) && !(item instanceof DataView));
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
