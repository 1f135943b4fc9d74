/** What a person should know of a data set before training on it. */
import type { DatasetCounts, DatasetWarning, SkippedFile, Split } from '@trainyard/contracts';
import type { DescribedImages } from './health/described-images.js';
import type { PackedImage } from './packed-image.js';

const EXAMPLES_MAX = 10;
/** The largest class may have so many times the images of the smallest. */
const IMBALANCE_MAX = 3;
const SPLIT_IMAGES_MIN = 20;

export interface WarningInput {
  images: DescribedImages;
  skipped: readonly SkippedFile[];
  image: PackedImage;
  counts: DatasetCounts;
}

export function findWarnings(input: WarningInput): DatasetWarning[] {
  const found = [skippedFiles(input), resizedImages(input), classImbalance(input), ...smallSplits(input)];
  return found.filter((warning) => warning !== null);
}

function skippedFiles({ skipped }: WarningInput): DatasetWarning | null {
  if (skipped.length === 0) return null;
  return {
    code: 'skipped_files',
    message: `${skipped.length} ${skipped.length === 1 ? 'file was' : 'files were'} not used.`,
    count: skipped.length,
    examples: skipped.slice(0, EXAMPLES_MAX),
  };
}

function resizedImages({ images, image }: WarningInput): DatasetWarning | null {
  const sizes = new Map<string, number>();
  let count = 0;
  for (let index = 0; index < images.count; index++) {
    const size = `${images.width(index)}x${images.height(index)}`;
    if (!sizes.has(size)) sizes.set(size, index);
    if (images.width(index) !== image.width || images.height(index) !== image.height) count++;
  }
  const target = `${image.width}x${image.height}`;
  const others = [...sizes].filter(([size]) => size !== target);
  if (others.length === 0) return null;
  return {
    code: 'mixed_sizes',
    message: `${count} of ${images.count} images are not ${target} and were resized to it (${image.fit}); set options.image for another size.`,
    count,
    examples: others.slice(0, EXAMPLES_MAX).map(([size, index]) => ({ file: images.name(index), reason: size })),
  };
}

function classImbalance({ counts }: WarningInput): DatasetWarning | null {
  const classes = Object.entries(counts.train.classes).sort(([, a], [, b]) => a - b);
  if (classes.length === 0) return null;
  const [[smallest, least], [largest, most]] = [classes[0], classes[classes.length - 1]];
  if (most <= IMBALANCE_MAX * least) return null;
  const message = `The class "${largest}" has ${most} images to train on and "${smallest}" only ${least}; a model may favour the larger. Add images of the smaller.`;
  return { code: 'class_imbalance', message };
}

function smallSplits({ counts }: WarningInput): DatasetWarning[] {
  const least = Math.max(SPLIT_IMAGES_MIN, Object.keys(counts.train.classes).length);
  return (['validation', 'test'] as const)
    .filter((split) => counts[split].total < least)
    .map((split) => ({
      code: 'small_split',
      message: smallSplitMessage(split, counts[split].total),
      count: counts[split].total,
    }));
}

function smallSplitMessage(split: Split, total: number): string {
  if (total === 0) return `There are no ${split} images; nothing can be measured on them.`;
  return `The ${split} split has ${total} ${total === 1 ? 'image' : 'images'}; figures measured on so few say little.`;
}
