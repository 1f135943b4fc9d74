/** Parquet files as Hugging Face has them, one or several shards for each split: encoded images, or pixels as numbers. */
import type { DatasetOptions, DatasetReading } from '@trainyard/contracts';
import type { Archive } from '../../archive/archive.js';
import type { ImageHead } from '../../decode.js';
import type { PackedImage } from '../../packed-image.js';
import type { Format, ImagePlace, ReadImage } from '../format.js';
import { groupBySource } from '../sources.js';
import { readEncodedHeads, readEncodedImages } from './encoded-images.js';
import { listShards } from './list-shards.js';
import { readNumberImages } from './number-images.js';
import { findColumns } from './parquet-columns.js';
import { isParquetFile, ParquetFile } from './parquet-file.js';

export const parquet: Format = {
  description: 'a .parquet file, or train-*.parquet and test-*.parquet, with images or pixels and labels',
  detect: (archive) => archive.entries.some(isParquetFile),
  list: listShards,
  heads: readHeads,
  images: readImages,
};

/** Of the first rows of each file. */
async function* readHeads(
  archive: Archive,
  samples: readonly ImagePlace[],
  reading: DatasetReading = {},
): AsyncGenerator<ImageHead> {
  for (const [entry] of groupBySource(archive, samples)) {
    const file = await ParquetFile.open(archive, entry);
    try {
      const { images } = findColumns(file, labelsOf(reading));
      if (images.kind === 'encoded') yield* readEncodedHeads(file, images.column);
    } finally {
      await file.close();
    }
  }
}

async function* readImages<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
  reading: DatasetReading = {},
): AsyncGenerator<ReadImage<S>> {
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    const file = await ParquetFile.open(archive, entry);
    try {
      const columns = findColumns(file, labelsOf(reading));
      const { images } = columns;
      if (images.kind === 'encoded') yield* readEncodedImages(file, images.column, wanted, image);
      else yield* readNumberImages(file, columns, wanted, image, reading);
    } finally {
      await file.close();
    }
  }
}

function labelsOf({ label_column, label_columns }: DatasetReading): DatasetOptions {
  return { label_column, label_columns };
}
