/** Images as numbers: a list of them in one column, or a column for each. */
import type { DatasetOptions, DatasetReading } from '@trainyard/contracts';
import { toPlanar } from '../../decode.js';
import type { PackedImage } from '../../packed-image.js';
import type { ImagePlace, ReadImage } from '../format.js';
import type { ItemShape } from '../image-shape.js';
import { toPixelBytes } from '../pixel-range.js';
import { type PlacedImage, resizeRawImages } from '../raw-images.js';
import type { ParquetColumns } from './parquet-columns.js';
import type { ParquetFile, ParquetRow } from './parquet-file.js';
import { imageNumbers, readRows, shapeOfSizes } from './parquet-rows.js';

/** A row and the numbers of its image, or why it has none. All images of a file are of the shape of the first. */
export type RowNumbers = { row: ParquetRow } & (
  | { values: ArrayLike<number>; shape: ItemShape; reason?: undefined }
  | { values: null; reason: string }
);

/** In the order of the rows. Throws `invalid_dataset` where the first image has no shape. */
export async function* readRowNumbers(
  file: ParquetFile,
  columns: ParquetColumns,
  options: DatasetOptions,
  withLabels: boolean,
): AsyncGenerator<RowNumbers> {
  const { images } = columns;
  if (images.kind === 'encoded') return;
  let first: { sizes: string; shape: ItemShape } | null = null;
  for await (const row of readRows(file, columns, withLabels)) {
    const numbers = imageNumbers(row, images);
    const sizes = numbers?.sizes.join(' x ') ?? '';
    if (numbers) first ??= { sizes, shape: shapeOfSizes(file, numbers.sizes, options) };
    if (!numbers || !first)
      yield { row, values: null, reason: 'it has no list of numbers, or lists of several lengths' };
    else if (sizes !== first.sizes) {
      yield { row, values: null, reason: `its image is ${sizes} numbers; the first of the file is ${first.sizes}` };
    } else if (!areFinite(numbers.values)) {
      yield { row, values: null, reason: 'one of its pixels is not a number' };
    } else yield { row, values: numbers.values, shape: first.shape };
  }
}

function areFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

/** Reads samples of one file, in the order of their rows. */
export function readNumberImages<S extends ImagePlace>(
  file: ParquetFile,
  columns: ParquetColumns,
  wanted: readonly S[],
  image: PackedImage,
  reading: DatasetReading,
): AsyncIterable<ReadImage<S>> {
  const [{ width, height }] = wanted;
  return resizeRawImages(readPlaced(file, columns, { image: { width, height } }, reading), wanted, image);
}

async function* readPlaced(
  file: ParquetFile,
  columns: ParquetColumns,
  options: DatasetOptions,
  reading: DatasetReading,
): AsyncGenerator<PlacedImage> {
  for await (const numbers of readRowNumbers(file, columns, options, false)) {
    if (numbers.values === null) continue;
    const { row, values, shape } = numbers;
    const { channels, isPlanar } = shape;
    const pixels = toPixelBytes(values, reading);
    yield { index: row.index, channels, pixels: isPlanar ? pixels : toPlanar(pixels, channels) };
  }
}
