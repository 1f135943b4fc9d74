/** Images in a column of PNG, JPEG and the like. */
import { decodeImage, type ImageHead, readImageHead, toPlanar } from '../../decode.js';
import { orderedMap } from '../../ordered-map.js';
import type { PackedImage } from '../../packed-image.js';
import type { ListedSample, ReadImage } from '../format.js';
import { DECODING, FILE_BYTES_MAX, reasonOf } from '../image-files.js';
import { matchSamples } from '../raw-images.js';
import type { ParquetColumns } from './parquet-columns.js';
import type { ParquetFile, ParquetRow } from './parquet-file.js';
import { encodedImage, readRows } from './parquet-rows.js';

/** A row and what the head of its image says, or why it cannot be used. */
export type RowHead = { row: ParquetRow } & ({ head: ImageHead; reason?: undefined } | { head: null; reason: string });

/** In the order of the rows. */
export function readRowHeads(file: ParquetFile, columns: ParquetColumns, column: string): AsyncIterable<RowHead> {
  return orderedMap(readRows(file, columns, true), (row) => readHead(row, column), {
    ...DECODING,
    cost: (row) => encodedImage(row, column)?.byteLength ?? 0,
  });
}

async function readHead(row: ParquetRow, column: string): Promise<RowHead> {
  const bytes = usableImage(row, column);
  if (typeof bytes === 'string') return { row, head: null, reason: bytes };
  try {
    return { row, head: await readImageHead(bytes) };
  } catch (error) {
    return { row, head: null, reason: reasonOf(error) };
  }
}

/** Reads samples of one file, in the order of their rows. */
export function readEncodedImages<S extends ListedSample>(
  file: ParquetFile,
  column: string,
  wanted: readonly S[],
  image: PackedImage,
): AsyncIterable<ReadImage<S>> {
  const matched = matchSamples(file.rows([column]), wanted);
  return orderedMap(matched, ({ sample, found }) => decodeRow(sample, found, column, image), {
    ...DECODING,
    cost: ({ sample, found }) => 3 * sample.width * sample.height + (encodedImage(found, column)?.byteLength ?? 0),
  });
}

async function decodeRow<S extends ListedSample>(
  sample: S,
  row: ParquetRow,
  column: string,
  image: PackedImage,
): Promise<ReadImage<S>> {
  const bytes = usableImage(row, column);
  if (typeof bytes === 'string') return { sample, reason: bytes };
  try {
    return { sample, pixels: toPlanar(await decodeImage(bytes, image), image.channels) };
  } catch (error) {
    return { sample, reason: reasonOf(error) };
  }
}

function usableImage(row: ParquetRow, column: string): Uint8Array | string {
  const bytes = encodedImage(row, column);
  if (bytes === null) return 'it has no bytes of an image';
  return bytes.byteLength <= FILE_BYTES_MAX ? bytes : `its image is larger than ${FILE_BYTES_MAX} bytes`;
}
