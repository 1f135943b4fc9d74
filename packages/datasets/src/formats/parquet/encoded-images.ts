/** Images in a column of PNG, JPEG and the like. */
import { type ImageHead, readImageHead } from '../../decode.js';
import { orderedMap } from '../../ordered-map.js';
import type { PackedImage } from '../../packed-image.js';
import type { ImagePlace, ReadImage } from '../format.js';
import { DECODING, decodeEncoded, FILE_BYTES_MAX, skipOf } from '../image-files.js';
import { matchSamples } from '../raw-images.js';
import type { ParquetFile, ParquetRow } from './parquet-file.js';
import { encodedImage } from './parquet-rows.js';

const HEADS = 256;

/** Of the first rows; those whose image cannot be read are left out. */
export async function* readEncodedHeads(file: ParquetFile, column: string): AsyncGenerator<ImageHead> {
  for await (const row of file.rows([column])) {
    if (row.index >= HEADS) return;
    const bytes = encodedImage(row, column);
    try {
      if (bytes) yield await readImageHead(bytes);
    } catch (error) {
      skipOf(error);
    }
  }
}

/** Reads samples of one file, in the order of their rows. */
export function readEncodedImages<S extends ImagePlace>(
  file: ParquetFile,
  column: string,
  wanted: readonly S[],
  image: PackedImage,
): AsyncIterable<ReadImage<S>> {
  const matched = matchSamples(file.rows([column]), wanted);
  return orderedMap(matched, ({ sample, found }) => decodeRow(sample, found, column, image), {
    ...DECODING,
    cost: ({ found }) => encodedImage(found, column)?.byteLength ?? 0,
  });
}

async function decodeRow<S extends ImagePlace>(
  sample: S,
  row: ParquetRow,
  column: string,
  image: PackedImage,
): Promise<ReadImage<S>> {
  const bytes = encodedImage(row, column);
  if (bytes === null) return { sample, reason: 'it has no bytes of an image', code: 'bad_row' };
  if (bytes.byteLength > FILE_BYTES_MAX) {
    return { sample, reason: `its image is larger than ${FILE_BYTES_MAX} bytes`, code: 'image_too_large' };
  }
  try {
    return { sample, ...(await decodeEncoded(bytes, image)) };
  } catch (error) {
    return { sample, ...skipOf(error) };
  }
}
