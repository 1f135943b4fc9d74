/** Tables: with the pixels of an image in each row, or with the names and labels of the images that lie beside them. */
import { type DatasetOptions, type DatasetReading, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { toPlanar } from '../../decode.js';
import type { PackedImage } from '../../packed-image.js';
import { readFolderLayout } from '../folder-layout.js';
import type { Format, ImagePlace, ReadImage } from '../format.js';
import { readImageFiles, readImageHeads } from '../image-files.js';
import { toPixelBytes } from '../pixel-range.js';
import { type PlacedImage, resizeRawImages } from '../raw-images.js';
import { groupBySource } from '../sources.js';
import { isCsvFile } from './csv-file.js';
import { type FileTable, namesItsLabels, openFileTable } from './file-table.js';
import { ImageNames } from './image-names.js';
import { listNamedFiles } from './list-files.js';
import { listPixelRows } from './list-rows.js';
import { openPixelTable, readPixelRows } from './pixel-table.js';

export const csv: Format = {
  description: 'a .csv file with a label and pixels in each row, or one with file names and labels beside the images',
  detect,
  list: async (archive, options, onProgress) =>
    (await listNamedFiles(archive, options)) ?? listPixelRows(archive, options, onProgress),
  heads: readImageHeads,
  images: readImages,
};

/**
 * Beside images, a table counts where it names some of them, and it is meant: because the options or its own names say
 * which columns hold labels, or because folders cannot be the classes.
 */
async function detect(archive: Archive, options: DatasetOptions): Promise<boolean> {
  const tables = archive.entries.filter(isCsvFile);
  const names = new ImageNames(archive);
  if (names.count === 0) return tables.length > 0;
  const isAsked = options.label_column !== undefined || options.label_columns !== undefined;
  const isNeeded = isAsked || !areFoldersClasses(archive);
  for (const entry of tables) {
    const found = await tableOf(archive, entry, names, options);
    // What is wrong with the columns that were asked for is said when they are read.
    if (found === 'unusable' ? isAsked : found && (isNeeded || namesItsLabels(found))) return true;
  }
  return false;
}

/** Null where it names no image. */
async function tableOf(
  archive: Archive,
  entry: ArchiveEntry,
  names: ImageNames,
  options: DatasetOptions,
): Promise<FileTable | 'unusable' | null> {
  try {
    return await openFileTable(archive, entry, names, options);
  } catch (error) {
    if (error instanceof TrainyardError && error.code === 'invalid_dataset') return 'unusable';
    throw error;
  }
}

/** Images that all lie in one folder are no classes. */
function areFoldersClasses({ entries }: Archive): boolean {
  try {
    return readFolderLayout(entries).classes.length > 1;
  } catch (error) {
    if (error instanceof TrainyardError) return false;
    throw error;
  }
}

async function* readImages<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
  reading: DatasetReading = {},
): AsyncGenerator<ReadImage<S>> {
  if (samples.every(({ index }) => index === undefined)) {
    yield* readImageFiles(archive, samples, image);
    return;
  }
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    yield* resizeRawImages(readRows(archive, entry, wanted[0], reading), wanted, image);
  }
}

async function* readRows(
  archive: Archive,
  entry: ArchiveEntry,
  { width, height }: ImagePlace,
  reading: DatasetReading,
): AsyncGenerator<PlacedImage> {
  const { label_column, label_columns } = reading;
  const options = { label_column, label_columns, image: { width, height } };
  const table = await openPixelTable(archive, entry, options);
  const { channels } = table.shape;
  for await (const row of readPixelRows(archive, table)) {
    if ('reason' in row) continue;
    yield { index: row.index, channels, pixels: toPlanar(toPixelBytes(row.values, reading), channels) };
  }
}
