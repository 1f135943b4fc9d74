/** Which columns of a Parquet file hold the images and which the labels. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import type { SchemaTree } from 'hyparquet';
import { printable } from '../../archive/entry-names.js';
import { askedColumn, isRowNumber, listNames, namedLabelColumn, namedSplitColumn } from '../column-names.js';
import { type Features, readFeatures } from './features.js';
import type { ParquetFile } from './parquet-file.js';

/** `encoded` images are PNG, JPEG and the like; others are numbers, in a list or in columns of their own. */
export type ImageColumns =
  | { kind: 'encoded'; column: string }
  | { kind: 'list'; column: string }
  | { kind: 'flat'; columns: string[] };

export interface ParquetColumns {
  images: ImageColumns;
  label: string;
  /** Names of the classes by number, where the file has them. */
  labelNames: string[];
  split: string | null;
}

type Kind = 'encoded' | 'list' | 'number' | 'text' | 'other';

const NUMBERS: ReadonlySet<unknown> = new Set(['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'BOOLEAN']);

/** Throws `invalid_dataset` where the columns do not show it. */
export function findColumns(file: ParquetFile, options: DatasetOptions): ParquetColumns {
  const kinds = new Map(file.schema.children.map((child) => [child.element.name, kindOf(child)]));
  const names = [...kinds.keys()];
  const features = readFeatures(file.metadata);
  const splitIndex = namedSplitColumn(names);
  const split = splitIndex !== null && kinds.get(names[splitIndex]) === 'text' ? names[splitIndex] : null;
  const label = findLabel(file, kinds, features, split, options);
  const labelNames = features.classes.find(({ name }) => name === label)?.labels ?? [];
  return { label, labelNames, split, images: findImages(file, kinds, features, new Set([label, split])) };
}

function findLabel(
  file: ParquetFile,
  kinds: ReadonlyMap<string, Kind>,
  { classes }: Features,
  split: string | null,
  { label_column: asked }: DatasetOptions,
): string {
  const names = [...kinds.keys()];
  if (asked !== undefined) return names[askedColumn(asked, names.length, names)];
  const candidates = classes.length > 0 ? classes.map(({ name }) => name).filter((name) => kinds.has(name)) : names;
  if (classes.length > 0 && candidates.length === 1) return candidates[0];
  const named = namedLabelColumn(candidates);
  if (named !== null) return candidates[named];
  const others = names.filter((name) => isScalar(kinds.get(name)) && name !== split && !isRowNumber(name));
  if (others.length === 1) return others[0];
  throw invalid(
    file,
    `does not show which column holds the labels. The columns are ${listNames(names)}. Name it in options.label_column`,
  );
}

function findImages(
  file: ParquetFile,
  kinds: ReadonlyMap<string, Kind>,
  { images }: Features,
  used: ReadonlySet<string | null>,
): ImageColumns {
  const ofKind = (kind: Kind) => [...kinds].filter(([name, k]) => k === kind && !used.has(name)).map(([name]) => name);
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

function kindOf({ element, children }: SchemaTree): Kind {
  const { type, logical_type: logical, converted_type: converted } = element;
  if (children.length === 0) {
    if (type === 'BYTE_ARRAY') return logical?.type === 'STRING' || converted === 'UTF8' ? 'text' : 'encoded';
    return NUMBERS.has(type) ? 'number' : 'other';
  }
  if (children.some((child) => child.element.name === 'bytes' && child.element.type === 'BYTE_ARRAY')) return 'encoded';
  const isList = logical?.type === 'LIST' || converted === 'LIST';
  return isList && NUMBERS.has(leafType(children[0])) ? 'list' : 'other';
}

/** Of lists in lists. */
function leafType({ element, children }: SchemaTree): unknown {
  return children.length === 1 ? leafType(children[0]) : children.length === 0 ? element.type : null;
}

function isScalar(kind: Kind | undefined): boolean {
  return kind === 'number' || kind === 'text';
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function invalid({ entry }: ParquetFile, what: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`);
}
