/** Every format of data sets, and the choice between them. */
import { type DatasetFormat, type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import type { Archive } from '../archive/archive.js';
import { cifarBinary } from './cifar-binary.js';
import { csv } from './csv/csv.js';
import type { Format } from './format.js';
import { idx } from './idx.js';
import { imageFolder } from './image-folder.js';
import { npz } from './npz/npz.js';
import { parquet } from './parquet/parquet.js';

/** In the order in which they are tried: from the one that is easiest to tell to the one that takes almost anything. */
export const FORMATS: Readonly<Record<DatasetFormat, Format>> = {
  idx,
  cifar_binary: cifarBinary,
  npz,
  parquet,
  csv,
  image_folder: imageFolder,
};
const FORMAT_NAMES = Object.keys(FORMATS) as DatasetFormat[];

/** The format that was asked for, or the one that the archive looks like. Throws `invalid_dataset` where none fits. */
export async function chooseFormat(
  archive: Archive,
  asked: 'auto' | DatasetFormat,
  options: DatasetOptions = {},
): Promise<DatasetFormat> {
  if (asked !== 'auto') return asked;
  for (const name of FORMAT_NAMES) if (await FORMATS[name].detect(archive, options)) return name;
  const known = FORMAT_NAMES.map((name) => `${name}: ${FORMATS[name].description}`).join('; ');
  throw new TrainyardError('invalid_dataset', `The archive holds no images in a format that is known. ${known}.`);
}
