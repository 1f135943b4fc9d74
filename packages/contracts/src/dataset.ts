/** Data sets: what is uploaded, and what is known of it once it has been read. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';

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

export const DatasetOptions = Strict({
  image: Type.Optional(ImageOptions),
  split: Type.Optional(SplitOptions),
  task: Type.Optional(Words(['multiclass'] as const, { default: 'multiclass' })),
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

export const ImageSize = Type.Object({ width: Side, height: Side, channels: Channels });
export type ImageSize = Static<typeof ImageSize>;

export const DatasetWarning = Type.Object({
  code: Words(['skipped_files', 'mixed_sizes', 'class_imbalance', 'small_split'] as const),
  message: Type.String(),
  count: Type.Optional(Type.Integer()),
  examples: Type.Optional(Type.Array(Type.Object({ file: Type.String(), reason: Type.String() }))),
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

/** Per channel, of the train split, in units of [0, 1] pixel values. */
export const DatasetStats = Type.Object({ mean: Type.Array(Type.Number()), std: Type.Array(Type.Number()) });
export type DatasetStats = Static<typeof DatasetStats>;

export const DatasetProgress = Type.Object({
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
    task: Nullable(Words(['multiclass'] as const)),
    classes: Nullable(Type.Array(Type.String())),
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
  task: 'multiclass';
  classes: string[];
  image: ImageSize;
  counts: DatasetCounts;
  stats: DatasetStats;
  warnings: DatasetWarning[];
}
