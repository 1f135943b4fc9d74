/**
 * The files that describe a data set in the object store. They outlive the program that wrote them, so each carries a
 * version and is checked when it is read.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  DATASET_FORMATS,
  DATASET_TASKS,
  DatasetCounts,
  DatasetStats,
  IMAGE_FITS,
  ImageSize,
  SPLITS,
} from './dataset.js';
import { TrainyardError } from './errors.js';
import { Nullable, Strict, Words } from './schema.js';

const Count = Type.Integer({ minimum: 0 });

/** What a format has to know to read its images again, where the samples alone do not say it. */
export const DatasetReading = Strict({
  label_column: Type.Optional(Type.String()),
  label_columns: Type.Optional(Type.Array(Type.String())),
  /** The numbers that stand for black and for white, where pixels are numbers. */
  black: Type.Optional(Type.Number()),
  white: Type.Optional(Type.Number()),
});
export type DatasetReading = Static<typeof DatasetReading>;

/** A file of one value a line. */
const Table = Strict({ count: Count, sha256: Type.String() });

/** `part.json`: an upload that was read. Data sets are made of parts, which never change. */
export const DatasetPart = Strict({
  version: Type.Literal(2),
  part_id: Type.String(),
  source_key: Type.String(),
  format: Words(DATASET_FORMATS),
  reading: Type.Optional(DatasetReading),
  samples: Table,
});
export type DatasetPart = Static<typeof DatasetPart>;

/**
 * A line of a part's `samples.jsonl`: one image, in the order in which they are packed. `source` is an entry of the
 * archive, `index` its place where an entry holds several. `content` is of the image's bytes: the first 128 bits of their
 * SHA-256, in hexadecimal.
 */
export const PartSample = Strict({
  source: Type.String(),
  index: Type.Optional(Count),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
  content: Type.String(),
});
export type PartSample = Static<typeof PartSample>;

/** A class index; the indices of all labels, in order; or a number for each target. */
export const SampleLabel = Type.Union([Type.Number(), Type.Array(Type.Number())]);
export type SampleLabel = Static<typeof SampleLabel>;

/** A line of a data set's `samples.jsonl`: which image of which part, its label and its split. */
export const DatasetSample = Strict({
  part: Count,
  row: Count,
  label: SampleLabel,
  split: Words(SPLITS),
  /** Whether the upload said so; else it was divided. */
  given: Type.Boolean(),
});
export type DatasetSample = Static<typeof DatasetSample>;

/** `manifest.json`: what a data set is. The SHA-256 of this file is the digest of the data set. */
export const DatasetManifest = Strict({
  version: Type.Literal(2),
  dataset_id: Type.String(),
  parent_id: Nullable(Type.String()),
  /** Of the data set, from 1. */
  number: Type.Integer({ minimum: 1 }),
  task: Words(DATASET_TASKS),
  classes: Type.Array(Type.String()),
  targets: Nullable(Type.Array(Type.String())),
  image: ImageSize,
  fit: Words(IMAGE_FITS),
  stats: DatasetStats,
  counts: DatasetCounts,
  parts: Type.Array(DatasetPart, { minItems: 1 }),
  samples: Table,
  skipped: Table,
});
export type DatasetManifest = Static<typeof DatasetManifest>;

/** `index.json` of a part's packed tensors; it is written last, so where it is the tensors are whole. */
export const PackedIndex = Strict({
  version: Type.Literal(2),
  image: ImageSize,
  fit: Words(IMAGE_FITS),
  count: Count,
  images_sha256: Type.String(),
  moments_sha256: Type.String(),
});
export type PackedIndex = Static<typeof PackedIndex>;

/** Throws `invalid_dataset` for a data set that an older version of Trainyard has read. */
export const parseDatasetManifest = parser('data set manifest', DatasetManifest);
export const parsePackedIndex = parser('index of packed tensors', PackedIndex);
/** Of one line. */
export const checkPartSample = checker('table of images', PartSample);
export const checkDatasetSample = checker('table of samples', DatasetSample);

function parser<T extends TSchema>(name: string, schema: T): (bytes: Uint8Array) => Static<T> {
  const check = checker(name, schema);
  return (bytes) => {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    refuseFirstVersion(value);
    return check(value);
  };
}

function checker<T extends TSchema>(name: string, schema: T): (value: unknown) => Static<T> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value as Static<T>;
    const [first] = compiled.Errors(value);
    throw new Error(`The stored ${name} is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
  };
}

function refuseFirstVersion(value: unknown): void {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) return;
  const detail = 'This data set was read by an older version of Trainyard, which kept it differently. Upload it again.';
  throw new TrainyardError('invalid_dataset', detail);
}
