/** Which columns of a Parquet file hold the images and which the labels. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import { printable } from '../../archive/entry-names.js';
import { isRowNumber, listNames, namedSplitColumn } from '../column-names.js';
import { type ColumnKind, columnKinds } from './column-kinds.js';
import { type Features, readFeatures } from './features.js';
import { columnsOf, findLabelSource, type LabelSource } from './label-source.js';
import type { ParquetFile } from './parquet-file.js';

/** `encoded` images are PNG, JPEG and the like; others are numbers, in a list or in columns of their own. */
export type ImageColumns =
  | { kind: 'encoded'; column: string }
  | { kind: 'list'; column: string }
  | { kind: 'flat'; columns: string[] };

export interface ParquetColumns {
  images: ImageColumns;
  labels: LabelSource;
  split: string | null;
}

/** Throws `invalid_dataset` where the columns do not show it. */
export function findColumns(file: ParquetFile, options: DatasetOptions): ParquetColumns {
  const kinds = columnKinds(file.schema);
  const names = [...kinds.keys()];
  const features = readFeatures(file.metadata);
  const splitIndex = namedSplitColumn(names);
  const split = splitIndex !== null && kinds.get(names[splitIndex]) === 'text' ? names[splitIndex] : null;
  const labels = findLabelSource(file, kinds, features, { split, options });
  return { labels, split, images: findImages(file, kinds, features, new Set([...columnsOf(labels), split])) };
}

function findImages(
  file: ParquetFile,
  kinds: ReadonlyMap<string, ColumnKind>,
  { images }: Features,
  used: ReadonlySet<string | null>,
): ImageColumns {
  const ofKind = (kind: ColumnKind) =>
    [...kinds].filter(([name, k]) => k === kind && !used.has(name)).map(([name]) => name);
  const encoded = ofKind('encoded');
  const known = encoded.filter((name) => images.includes(name));
  const column = only(known) ?? only(encoded) ?? encoded.find((name) => /^(image|img|picture)$/i.test(name));
  if (column !== undefined) return { kind: 'encoded', column };
  const list = only(ofKind('list'));
  if (list !== undefined) return { kind: 'list', column: list };
  const columns = ofKind('number').filter((name) => !isRowNumber(name));
  if (columns.length > 1 && encoded.length === 0) return { kind: 'flat', columns };
  throw invalid(
    file,
    `has no column of images, or several. Its columns are ${listNames([...kinds.keys()])}. Expected: one of PNG or JPEG bytes, of lists of numbers, or one column for each pixel`,
  );
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function invalid({ entry }: ParquetFile, what: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`);
}
