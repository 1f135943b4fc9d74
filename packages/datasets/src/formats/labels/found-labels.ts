/** What is asked of the labels of an upload, and what was found in them. */
import { type DatasetTask, type SkippedFile, TrainyardError } from '@trainyard/contracts';
import { nameOf } from '../sources.js';

/** An image and what stands for its label: first as it was gathered, in the end as data sets have it. */
export interface LabelledSample {
  source: string;
  index?: number;
  /** The index of its class; the sorted indices of its labels; or its targets. */
  label: number | number[];
}

export interface AskedLabels {
  /** Left out, the labels say it. */
  task?: DatasetTask | undefined;
  /** What stands between the labels of one image. */
  separator?: string | undefined;
  /** Put in the place of labels that are whole numbers, from 0. */
  names?: readonly string[];
  /** What the numbers of a regression are called. */
  targets?: readonly string[];
}

export interface FoundLabels {
  task: DatasetTask;
  /** In the order of their indices; empty for a regression. */
  classes: string[];
  /** Names of the numbers of a regression; else null. */
  targets: string[] | null;
}

/** Where labels are put: samples that turn out to have none are moved to those that were skipped. */
export interface LabelledListing<S extends LabelledSample = LabelledSample> {
  samples: S[];
  skipped: SkippedFile[];
}

/** What `label` is of a sample without one. */
export const NO_LABEL = -1;

/** Moves samples without a label to those that were skipped. */
export function dropUnlabelled<S extends LabelledSample>(
  listing: LabelledListing<S>,
  hasLabel: (sample: S) => boolean,
  reason = 'it has no label',
): void {
  const without = listing.samples.filter((sample) => !hasLabel(sample));
  if (without.length === 0) return;
  listing.samples = listing.samples.filter(hasLabel);
  const files = without.map((sample): SkippedFile => ({ file: nameOf(sample), reason, code: 'no_label' }));
  listing.skipped = listing.skipped.concat(files);
}

/** One label for a regression of a single number. */
export const DEFAULT_TARGET = 'target';

/** Throws `invalid_dataset` for a number that float32, in which models compute, does not hold. NaN is passed over. */
export function checkTargets(values: readonly number[]): void {
  const beyond = values.find((value) => Math.abs(Math.fround(value)) === Number.POSITIVE_INFINITY);
  if (beyond !== undefined)
    throw invalidLabels(`The label ${beyond} is too large. Expected: at most 3.4e38. Scale them.`);
}

export function invalidLabels(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
