/** Labels that are a row of numbers for each image: a single one among zeros, a 0 or 1 for each label, or targets. */
import { printable } from '../../archive/entry-names.js';
import { nameOf } from '../sources.js';
import { checkNames } from './class-names.js';
import {
  type AskedLabels,
  checkTargets,
  dropUnlabelled,
  type FoundLabels,
  invalidLabels,
  type LabelledListing,
  type LabelledSample,
} from './found-labels.js';

/** What two numbers stand for no and yes: those of most data, or those of CelebA. */
type Pair = readonly [no: number, yes: number];
const PAIRS: readonly Pair[] = [
  [0, 1],
  [-1, 1],
];

/**
 * Gives the samples, whose `label` is a row of as many numbers as there are columns, their labels; NaN stands for a number
 * that is missing, and such an image is skipped. Throws `invalid_dataset` for rows that are not of the task asked for.
 *
 * @param columns names of the labels or targets, and of the classes where each row has a single one
 */
export function finishRows(listing: LabelledListing, columns: readonly string[], asked: AskedLabels): FoundLabels {
  const { task } = asked;
  dropUnlabelled(listing, ({ label }) => rowOf(label).every(Number.isFinite), 'a number of its label is missing');
  const pair = PAIRS.find((each) => listing.samples.every(({ label }) => isOf(each, label)));
  const several = pair && columns.length > 1 ? listing.samples.find(({ label }) => countYes(pair, label) !== 1) : null;
  if (task === 'regression' || (task === undefined && !pair)) {
    for (const { label } of listing.samples) checkTargets(rowOf(label));
    return finishTargets(asked.targets ?? columns);
  }
  if (!pair) throw notYesOrNo(listing.samples, columns);
  if (task === 'multilabel' || columns.length === 1 || (task === undefined && several)) {
    return finishLabels(listing.samples, columns, pair);
  }
  if (several) {
    const detail = `${nameOf(several)} has ${countYes(pair, several.label)} classes. Expected: one for each image; for several set options.task to "multilabel".`;
    throw invalidLabels(detail);
  }
  return finishOneHot(listing.samples, columns, pair);
}

function finishTargets(targets: readonly string[]): FoundLabels {
  checkNames(targets);
  return { task: 'regression', classes: [], targets: [...targets] };
}

/** The columns keep their order: what a file of labels says by place stays there. */
function finishLabels(samples: readonly LabelledSample[], columns: readonly string[], pair: Pair): FoundLabels {
  checkNames(columns);
  for (const sample of samples) {
    sample.label = rowOf(sample.label).flatMap((value, index) => (value === pair[1] ? [index] : []));
  }
  return { task: 'multilabel', classes: [...columns], targets: null };
}

/** Of columns that are never hot no class is made. */
function finishOneHot(samples: readonly LabelledSample[], columns: readonly string[], [, yes]: Pair): FoundLabels {
  const hot = samples.map(({ label }) => rowOf(label).indexOf(yes));
  const found = [...new Set(hot)].sort((a, b) => a - b);
  const classOf = new Map(found.map((column, index) => [column, index]));
  samples.forEach((sample, index) => {
    sample.label = classOf.get(hot[index]) ?? 0;
  });
  const classes = found.map((column) => columns[column]);
  checkNames(classes);
  return { task: 'multiclass', classes, targets: null };
}

function isOf([no, yes]: Pair, label: number | number[]): boolean {
  return rowOf(label).every((value) => value === no || value === yes);
}

function countYes([, yes]: Pair, label: number | number[]): number {
  return rowOf(label).filter((value) => value === yes).length;
}

function rowOf(label: number | number[]): readonly number[] {
  return typeof label === 'number' ? [label] : label;
}

function notYesOrNo(samples: readonly LabelledSample[], columns: readonly string[]): Error {
  for (const sample of samples) {
    const place = rowOf(sample.label).findIndex((value) => value !== 0 && value !== 1);
    if (place < 0) continue;
    const what = `${rowOf(sample.label)[place]} for "${printable(columns[place])}"`;
    const detail = `${nameOf(sample)} has ${what}. Expected: 0 or 1 for each label; for other numbers set options.task to "regression".`;
    return invalidLabels(detail);
  }
  return invalidLabels('There are labels of 0 and of -1. Expected: 0 or 1 for each label.');
}
