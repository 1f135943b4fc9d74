/** What the compiler is told of a data set. */
import type { DatasetStats, DatasetTask, ImageSize, Normalization } from '@trainyard/contracts';
import { preprocessingFor } from '../compile/preprocessing.js';
import type { DataShape } from './build.js';

export interface DescribedDataset {
  readonly task: DatasetTask;
  readonly classes: readonly string[];
  readonly image: ImageSize;
  readonly stats: DatasetStats;
}

/** @param normalization of the training: it decides in which unit the model gets its pixels */
export function dataShapeOf(
  { task, classes, image, stats }: DescribedDataset,
  normalization: Normalization,
): DataShape {
  const { scale, offset } = preprocessingFor(normalization, stats, image.channels);
  const mean = stats.mean.map((value, channel) => value * MAX_PIXEL * scale[channel] + offset[channel]);
  const std = stats.std.map((value, channel) => value * MAX_PIXEL * scale[channel]);
  return { image, classes: classes.length, task, pixels: { mean, std } };
}

/** Statistics are of pixels from 0 to 1. */
const MAX_PIXEL = 255;
