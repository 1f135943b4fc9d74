/** What a person should know of a data set before training on it. */
import type { DatasetWarning } from '@trainyard/contracts';
import { classImbalance, smallSplits, tinyClasses } from './class-counts.js';
import { conflictingLabels, exactDuplicates, leakingDuplicates, nearDuplicates } from './duplicate-images.js';
import { aspectOutliers, mixedSizes, sizeOutliers } from './image-sizes.js';
import { constantImages, lowContrast } from './pictures.js';
import { skippedFiles } from './skipped-files.js';
import type { WarningInput } from './warning-input.js';

export type { WarningInput } from './warning-input.js';

/** In the order of how much they spoil. */
const CHECKS: readonly ((input: WarningInput) => DatasetWarning | DatasetWarning[] | null)[] = [
  skippedFiles,
  leakingDuplicates,
  conflictingLabels,
  lowContrast,
  constantImages,
  mixedSizes,
  sizeOutliers,
  aspectOutliers,
  classImbalance,
  tinyClasses,
  smallSplits,
  exactDuplicates,
  nearDuplicates,
];

export function findWarnings(input: WarningInput): DatasetWarning[] {
  return CHECKS.flatMap((check) => check(input) ?? []);
}
