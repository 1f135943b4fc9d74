/**
 * The files that describe a data set in the object store. They outlive the program that wrote them, so each carries a
 * version and is checked when it is read.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DATASET_FORMATS, DatasetStats, IMAGE_FITS, ImageSize, SPLITS } from './dataset.js';
import { Strict, Words } from './schema.js';
import { SkippedFile } from './skipped-file.js';

const Count = Type.Integer({ minimum: 0 });

/** One image of a data set. `source` is an entry of the archive, `index` its place where an entry holds several. */
export const DatasetSample = Strict({
  source: Type.String(),
  index: Type.Optional(Count),
  class: Count,
  split: Words(SPLITS),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
});
export type DatasetSample = Static<typeof DatasetSample>;

/** What a format has to know to read its images again, where the samples alone do not say it. */
export const DatasetReading = Strict({
  label_column: Type.Optional(Type.String()),
  /** The numbers that stand for black and for white, where pixels are numbers. */
  black: Type.Optional(Type.Number()),
  white: Type.Optional(Type.Number()),
});
export type DatasetReading = Static<typeof DatasetReading>;

/** `manifest.json`: which images a data set has, in the order in which they are packed. */
export const DatasetManifest = Strict({
  version: Type.Literal(1),
  dataset_id: Type.String(),
  source_key: Type.String(),
  format: Words(DATASET_FORMATS),
  task: Words(['multiclass'] as const),
  classes: Type.Array(Type.String()),
  image: ImageSize,
  fit: Words(IMAGE_FITS),
  stats: DatasetStats,
  reading: Type.Optional(DatasetReading),
  samples: Type.Array(DatasetSample),
  skipped: Type.Array(SkippedFile),
});
export type DatasetManifest = Static<typeof DatasetManifest>;

const PackedSplit = Strict({ count: Count, images_sha256: Type.String(), labels_sha256: Type.String() });

/** `index.json` of packed tensors; it is written last, so where it is the tensors are whole. */
export const PackedIndex = Strict({
  version: Type.Literal(1),
  image: ImageSize,
  fit: Words(IMAGE_FITS),
  classes: Type.Array(Type.String()),
  stats: DatasetStats,
  splits: Strict({ train: PackedSplit, validation: PackedSplit, test: PackedSplit }),
});
export type PackedIndex = Static<typeof PackedIndex>;

export const parseDatasetManifest = parser('data set manifest', DatasetManifest);
export const parsePackedIndex = parser('index of packed tensors', PackedIndex);

function parser<T extends TSchema>(name: string, schema: T): (bytes: Uint8Array) => Static<T> {
  const compiled = Compile(schema);
  return (bytes) => {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (compiled.Check(value)) return value as Static<T>;
    const [first] = compiled.Errors(value);
    throw new Error(`The stored ${name} is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
  };
}
