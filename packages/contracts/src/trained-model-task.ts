/** What a child process has to know to build the network of a checkpoint again, with the data set that it learned from. */
import { type Static, Type } from 'typebox';
import { DATASET_TASKS, DatasetStats, IMAGE_FITS, ImageSize } from './dataset.js';
import { Nullable, Strict, Words } from './schema.js';
import type { Training } from './training.js';

/** A data set as the engine and the packed tensors see it. */
export const TaskDataset = Strict({
  id: Type.String(),
  digest: Nullable(Type.String(), { description: 'What its manifest is to have; null where none was noted' }),
  task: Words(DATASET_TASKS),
  classes: Type.Array(Type.String()),
  targets: Nullable(Type.Array(Type.String()), { description: 'Of a regression; else null' }),
  image: ImageSize,
  fit: Words(IMAGE_FITS),
  stats: DatasetStats,
});
export type TaskDataset = Static<typeof TaskDataset>;

export const TrainedModelTask = Strict({
  checkpoint: Strict({ id: Type.String(), key: Type.String(), digest: Type.String() }),
  spec: Type.Unknown(),
  training: Type.Unsafe<Training>({ type: 'object' }),
  dataset: TaskDataset,
});
export type TrainedModelTask = Static<typeof TrainedModelTask>;
