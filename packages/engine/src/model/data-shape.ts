/** What the compiler is told of a data set. */
import {
  type DatasetStats,
  type DatasetTask,
  type ImageSize,
  type Normalization,
  outputNames,
} from '@trainyard/contracts';
import { preprocessingFor } from '../compile/preprocessing.js';
import type { DataShape } from './build.js';

export interface DescribedDataset {
  readonly task: DatasetTask;
  /** Of classes or labels; empty for a regression. */
  readonly classes: readonly string[];
  /** Names of the numbers of a regression; else null. */
  readonly targets: readonly string[] | null;
  readonly image: ImageSize;
  readonly stats: DatasetStats;
}

/** @param normalization of the training: it decides in which unit the model gets its pixels */
export function dataShapeOf(
  { task, image, stats, ...named }: DescribedDataset,
  normalization: Normalization,
): DataShape {
  const { scale, offset } = preprocessingFor(normalization, stats, image.channels);
  const mean = stats.mean.map((value, channel) => value * MAX_PIXEL * scale[channel] + offset[channel]);
  const std = stats.std.map((value, channel) => value * MAX_PIXEL * scale[channel]);
  const shape = { image, classes: outputNames(named).length, task, pixels: { mean, std } };
  return stats.targets ? { ...shape, targets: stats.targets } : shape;
}

/** Statistics are of pixels from 0 to 1. */
const MAX_PIXEL = 255;
