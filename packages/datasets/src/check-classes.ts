/** What the classes of a data set must be before it is any use to train on it. */
import { type DatasetSample, type SampleLabel, type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { Listing } from './formats/format.js';

const CLASSES_MIN = 2;
/** ImageNet-21k has 21,841. */
const CLASSES_MAX = 32_768;

/** Throws `invalid_dataset` naming the class that has no image that can be read, or where there are too few classes. */
export function checkClasses({ task, classes, samples }: Listing, skipped: readonly SkippedFile[]): void {
  if (samples.length === 0) {
    throw invalid(`No image of the upload can be read.${firstReason(null, skipped)}`);
  }
  if (task === 'regression') return;
  const found = new Set(samples.flatMap(({ label }) => label));
  const empty = classes.find((_, index) => !found.has(index));
  // A label that no image has is the answer for all of them; a class without images is a fault.
  if (task === 'multilabel' && found.size === 0) throw invalid('No image has a label. Give some of them one.');
  if (task === 'multiclass' && empty !== undefined) {
    throw invalid(
      `The class "${empty}" has no image that can be read.${firstReason(empty, skipped)} Add some, or remove it.`,
    );
  }
  if (classes.length > CLASSES_MAX) throw invalid(`There are ${classes.length} classes. At most: ${CLASSES_MAX}.`);
}

/** Throws `invalid_dataset` where there are too few classes to tell apart. */
export function checkClassCount({ task, classes }: Pick<Listing, 'task' | 'classes'>): void {
  if (task !== 'multiclass' || classes.length >= CLASSES_MIN) return;
  throw invalid(`There is one class only ("${classes[0]}"). Expected: at least two class folders or label values.`);
}

/** Throws `invalid_dataset` where nothing is to train on, or a class has images, but none in the train split. */
export function checkTrainClasses(
  samples: readonly Pick<DatasetSample, 'label' | 'split'>[],
  { task, classes }: Pick<Listing, 'task' | 'classes'>,
): void {
  const train = samples.filter(({ split }) => split === 'train');
  if (train.length === 0) throw invalid('There is no image for training. Add some.');
  if (task !== 'multiclass') return;
  const trained = new Set<SampleLabel>(train.flatMap(({ label }) => label));
  const untrained = classes.findIndex((_, index) => !trained.has(index));
  if (untrained < 0) return;
  const others = samples.filter(({ label }) => [label].flat().includes(untrained));
  const places = [...new Set(others.map(({ split }) => split))].join(' and ');
  throw invalid(`The class "${classes[untrained]}" has images for ${places}, but none for training. Add some.`);
}

function firstReason(name: string | null, skipped: readonly SkippedFile[]): string {
  const example = skipped.find(({ file }) => name === null || file.split('/').includes(name));
  if (!example) return '';
  return ` The first of ${name === null ? 'the' : 'its'} files is ${example.file}: ${example.reason}`;
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
