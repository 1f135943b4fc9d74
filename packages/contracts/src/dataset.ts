/** Data sets: what is uploaded, and what is known of it once it has been read. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';
import { SKIP_CODES } from './skipped-file.js';

export const DATASET_STATUSES = ['uploading', 'processing', 'ready', 'failed'] as const;
export type DatasetStatus = (typeof DATASET_STATUSES)[number];

/** What data can be for: one class for each image, any number of labels, or numbers. */
export const DATASET_TASKS = ['multiclass', 'multilabel', 'regression'] as const;
export type DatasetTask = (typeof DATASET_TASKS)[number];

export const DATASET_FORMATS = ['image_folder', 'idx', 'cifar_binary', 'npz', 'csv', 'parquet'] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export const IMAGE_FITS = ['cover', 'contain', 'fill'] as const;
export type ImageFit = (typeof IMAGE_FITS)[number];

const Side = Type.Integer({ minimum: 1, maximum: 1024 });
export const Channels = Type.Unsafe<1 | 3>({ type: 'integer', enum: [1, 3], description: '1 is grey, 3 is RGB' });

/** The size that images are brought to; each field left out is taken from the images. */
export const ImageOptions = Strict({
  width: Type.Optional(Side),
  height: Type.Optional(Side),
  channels: Type.Optional(Channels),
  fit: Type.Optional(Words(IMAGE_FITS, { default: 'cover' })),
});
export type ImageOptions = Static<typeof ImageOptions>;

const Fraction = Type.Number({ minimum: 0, maximum: 1 });

/** Fractions of the images, by class; used where the archive does not say which split an image belongs to. */
export const SplitOptions = Strict({
  train: Type.Optional(Fraction),
  validation: Type.Optional(Fraction),
  test: Type.Optional(Fraction),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, default: 0 })),
});
export type SplitOptions = Static<typeof SplitOptions>;

/** Where `options.max_skipped` is left out. */
export const MAX_SKIPPED = 0.1;

export const DatasetOptions = Strict({
  image: Type.Optional(ImageOptions),
  split: Type.Optional(SplitOptions),
  task: Type.Optional(
    Words(DATASET_TASKS, {
      description:
        'What the labels are: one class for each image, any number of labels, or numbers. Left out, it is told from the data',
    }),
  ),
  label_columns: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
      description:
        'Of a table: the columns that hold the targets of a regression, or a 0 or 1 for each label, in place of label_column',
    }),
  ),
  label_separator: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 10,
      description: 'What stands between the labels of one image in a table; left out, it is told from the data',
    }),
  ),
  max_skipped: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      default: MAX_SKIPPED,
      description: 'The share of the images that may be unreadable; the data set fails where it is more',
    }),
  ),
  leaks: Type.Optional(
    Words(['keep', 'drop'] as const, {
      default: 'keep',
      description:
        'Images that are also, or nearly, in another split: listed in the warnings, or dropped from all but one (test stays, then validation)',
    }),
  ),
  label_column: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'Of a table: the name of the column that holds the labels, or its place where the columns have no names ("0" is the first, "-1" the last)',
    }),
  ),
});
export type DatasetOptions = Static<typeof DatasetOptions>;

/** The fields of the multipart form beside `file`. */
export const CreateDataset = Strict({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  format: Type.Optional(Words(['auto', ...DATASET_FORMATS] as const, { default: 'auto' })),
  options: Type.Optional(DatasetOptions),
});
export type CreateDataset = Static<typeof CreateDataset>;

/** A version without new images: what the options say is done with those that there are. */
export const ReviseDataset = Strict({
  name: CreateDataset.properties.name,
  options: Strict({ leaks: Words(['drop'] as const) }),
});
export type ReviseDataset = Static<typeof ReviseDataset>;

export const ImageSize = Type.Object({ width: Side, height: Side, channels: Channels });
export type ImageSize = Static<typeof ImageSize>;

export const DATASET_WARNINGS = [
  'skipped_files',
  'mixed_sizes',
  'class_imbalance',
  'tiny_class',
  'small_split',
  'exact_duplicates',
  'near_duplicates',
  'leaking_duplicates',
  'conflicting_labels',
  'constant_images',
  'low_contrast',
  'size_outliers',
  'aspect_outliers',
  'assumed_pixels',
  'new_classes',
] as const;
export type DatasetWarningCode = (typeof DATASET_WARNINGS)[number];

/** An image that a warning is about. */
const WarningExample = Type.Object({
  file: Type.String(),
  reason: Type.String(),
  code: Type.Optional(Words(SKIP_CODES)),
});

/** Two images that are the same, or nearly. */
export const DuplicatePair = Type.Object({
  files: Type.Array(Type.String(), { minItems: 2, maxItems: 2 }),
  splits: Type.Array(Words(SPLITS), { minItems: 2, maxItems: 2 }),
  distance: Type.Number({ description: '0 for the same bytes; else how far the pictures differ, from 0 to 1' }),
});
export type DuplicatePair = Static<typeof DuplicatePair>;

export const DatasetWarning = Type.Object({
  code: Words(DATASET_WARNINGS),
  message: Type.String({ description: 'What was found, with its figures' }),
  remedy: Type.Optional(Type.String({ description: 'What can be done about it' })),
  count: Type.Optional(Type.Integer()),
  examples: Type.Optional(Type.Array(WarningExample)),
  pairs: Type.Optional(Type.Array(DuplicatePair)),
});
export type DatasetWarning = Static<typeof DatasetWarning>;

export const SplitCounts = Type.Object({
  total: Type.Integer(),
  classes: Type.Record(Type.String(), Type.Integer()),
});

export const DatasetCounts = Type.Object({
  total: Type.Integer(),
  train: SplitCounts,
  validation: SplitCounts,
  test: SplitCounts,
});
export type DatasetCounts = Static<typeof DatasetCounts>;

const Moments = { mean: Type.Array(Type.Number()), std: Type.Array(Type.Number()) };

/** Of the train split: of pixels, per channel, in units of [0, 1] pixel values; and of the targets of a regression. */
export const DatasetStats = Type.Object({
  ...Moments,
  targets: Type.Optional(Type.Object(Moments, { description: 'Of each target of a regression' })),
});
export type DatasetStats = Static<typeof DatasetStats>;

export const INGEST_STAGES = ['unpacking', 'listing', 'decoding', 'checking'] as const;
export type IngestStage = (typeof INGEST_STAGES)[number];

export const DatasetProgress = Type.Object({
  stage: Type.Optional(Words(INGEST_STAGES)),
  fraction: Type.Number(),
  images: Type.Integer(),
  images_total: Nullable(Type.Integer()),
});
export type DatasetProgress = Static<typeof DatasetProgress>;

export const Dataset = Type.Object(
  {
    id: IdSchema('dataset'),
    object: Type.Literal('dataset'),
    name: Nullable(Type.String()),
    status: Words(DATASET_STATUSES),
    format: Nullable(Words(DATASET_FORMATS)),
    bytes: Type.Integer({ description: 'Size of what was uploaded' }),
    progress: Nullable(DatasetProgress),
    parent_id: Nullable(IdSchema('dataset'), { description: 'The data set that images were added to' }),
    version: Type.Integer({ minimum: 1, description: '1, or one more than that of the parent' }),
    digest: Nullable(Type.String(), {
      description: 'SHA-256 of the manifest, in hexadecimal; a ready data set never changes',
    }),
    task: Nullable(Words(DATASET_TASKS)),
    classes: Nullable(Type.Array(Type.String()), { description: 'Of classes or labels; empty for a regression' }),
    targets: Nullable(Type.Array(Type.String()), { description: 'Names of the numbers of a regression; else null' }),
    image: Nullable(ImageSize),
    counts: Nullable(DatasetCounts),
    stats: Nullable(DatasetStats),
    warnings: Type.Array(DatasetWarning),
    error: Nullable(ErrorRecordSchema),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: 'Dataset' },
);
export type Dataset = Static<typeof Dataset>;

/** What reading an upload found. */
export interface IngestedDataset {
  format: DatasetFormat;
  task: DatasetTask;
  classes: string[];
  /** Names of the numbers of a regression; else null. */
  targets: string[] | null;
  image: ImageSize;
  counts: DatasetCounts;
  stats: DatasetStats;
  warnings: DatasetWarning[];
  /** SHA-256 of the manifest, in hexadecimal. */
  digest: string;
  /** The uploads that it is made of, by the ids of the data sets that they came in with; its own is the last. */
  parts: string[];
}
