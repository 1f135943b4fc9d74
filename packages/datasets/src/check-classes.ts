/** What the classes of a data set must be before it is any use to train on it. */
import { type DatasetSample, type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { Listing } from './formats/format.js';

const CLASSES_MIN = 2;
/** ImageNet-21k has 21,841. */
const CLASSES_MAX = 32_768;

/** Throws `invalid_dataset` naming the class that has no image that can be read, or where there are too few classes. */
export function checkClasses({ classes, samples, skipped }: Pick<Listing, 'classes' | 'samples' | 'skipped'>): void {
  const found = new Set(samples.map((sample) => sample.class));
  const empty = classes.find((_, index) => !found.has(index));
  if (empty !== undefined) {
    throw invalid(
      `The class "${empty}" has no image that can be read.${firstReason(empty, skipped)} Add some, or remove it.`,
    );
  }
  if (classes.length < CLASSES_MIN) {
    throw invalid(`There is one class only ("${classes[0]}"). Expected: at least two class folders or label values.`);
  }
  if (classes.length > CLASSES_MAX) throw invalid(`There are ${classes.length} classes. At most: ${CLASSES_MAX}.`);
}

/** Throws `invalid_dataset` naming a class that has images, but none in the train split. */
export function checkTrainClasses(samples: readonly DatasetSample[], classes: readonly string[]): void {
  const untrained = findUntrained(samples, classes.length);
  if (untrained === null) return;
  const places = [...new Set(samples.filter((s) => s.class === untrained).map((s) => s.split))].join(' and ');
  throw invalid(`The class "${classes[untrained]}" has images for ${places}, but none for training. Add some.`);
}

/** The first class without a train image; null where each has one. */
export function findUntrained(samples: readonly DatasetSample[], classes: number): number | null {
  const trained = new Set(samples.filter(({ split }) => split === 'train').map((sample) => sample.class));
  for (let index = 0; index < classes; index++) if (!trained.has(index)) return index;
  return null;
}

function firstReason(name: string, skipped: readonly SkippedFile[]): string {
  const example = skipped.find(({ file }) => file.split('/').includes(name));
  return example ? ` The first of its files is ${example.file}: ${example.reason}` : '';
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
