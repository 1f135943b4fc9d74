/** Labels that are texts, one cell for each image: classes, several labels in one cell, or numbers. */
import type { DatasetTask } from '@trainyard/contracts';
import { printable } from '../../archive/entry-names.js';
import { isFraction } from '../labels.js';
import { nameClasses } from './class-names.js';
import {
  type AskedLabels,
  checkTargets,
  DEFAULT_TARGET,
  dropUnlabelled,
  type FoundLabels,
  invalidLabels,
  type LabelledListing,
  NO_LABEL,
} from './found-labels.js';
import { findSplitter, type Splitter, splitterAt } from './separators.js';

/** What tables write where a number is missing. */
const MISSING = new Set(['na', 'n/a', 'null', 'none', '?', '-', '.']);
const DECIMAL_COMMA = /^[-+]?\d+,\d+$/;

interface Reading {
  task: DatasetTask;
  split: Splitter | null;
}

export class TextLabels {
  readonly #numbers = new Map<string, number>();

  /** What `label` is of a sample until `finish`; null for a cell that holds none. */
  add(label: string | null): number {
    if (label === null) return NO_LABEL;
    const known = this.#numbers.get(label);
    if (known !== undefined) return known;
    this.#numbers.set(label, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  /**
   * Gives the samples, whose `label` came from `add`, their labels. Those without are skipped, but where an image can have
   * several labels it can have none. Throws `invalid_dataset` for labels that are not of the task that is asked for.
   */
  finish(listing: LabelledListing, asked: AskedLabels = {}): FoundLabels {
    const texts = [...this.#numbers.keys()];
    const { task, split } = readingOf(texts, asked);
    switch (task) {
      case 'multiclass':
        return finishClasses(listing, texts, asked);
      case 'multilabel':
        return finishLabels(listing, texts, split ?? ((text) => [text]), asked);
      case 'regression':
        return finishNumbers(listing, texts, asked);
    }
  }
}

/** What the texts are, where nobody says it: several labels, numbers with fractions, or else classes. */
function readingOf(texts: readonly string[], { task, separator }: AskedLabels): Reading {
  if (task === 'multiclass' || task === 'regression') return { task, split: null };
  if (separator !== undefined) return { task: 'multilabel', split: splitterAt(separator) };
  if (task === 'multilabel') return { task, split: findSplitter(texts, true) };
  if (areFractions(texts)) return { task: 'regression', split: null };
  const split = findSplitter(texts, false);
  return split ? { task: 'multilabel', split } : { task: 'multiclass', split: null };
}

/** Whether all are numbers and some have a fraction, behind a point or a comma. */
function areFractions(texts: readonly string[]): boolean {
  const present = texts.filter((text) => !isMissing(text));
  if (present.every((text) => DECIMAL_COMMA.test(text))) return present.length > 0;
  return present.some(isFraction) && present.every((text) => Number.isFinite(numberOf(text)));
}

function finishClasses(listing: LabelledListing, texts: readonly string[], asked: AskedLabels): FoundLabels {
  dropUnlabelled(listing, ({ label }) => label !== NO_LABEL);
  const fraction = texts.find(isFraction);
  if (fraction !== undefined) {
    const remedy = 'For numbers set options.task to "regression"';
    throw invalidLabels(`The label ${fraction} is a fraction, which no class can be. ${remedy}; else correct it.`);
  }
  const { names, indexOf } = nameClasses(texts, asked.names);
  for (const sample of listing.samples) sample.label = indexOf.get(texts[Number(sample.label)]) ?? 0;
  return { task: 'multiclass', classes: names, targets: null };
}

function finishLabels(
  listing: LabelledListing,
  texts: readonly string[],
  split: Splitter,
  asked: AskedLabels,
): FoundLabels {
  const parts = texts.map(split);
  const { names, indexOf } = nameClasses([...new Set(parts.flat())], asked.names);
  const labels = parts.map((labelsOfText) =>
    labelsOfText.map((label) => indexOf.get(label) ?? 0).sort((a, b) => a - b),
  );
  for (const sample of listing.samples) {
    sample.label = sample.label === NO_LABEL ? [] : labels[Number(sample.label)];
  }
  return { task: 'multilabel', classes: names, targets: null };
}

function finishNumbers(listing: LabelledListing, texts: readonly string[], asked: AskedLabels): FoundLabels {
  const bad = texts.find((text) => !isMissing(text) && !Number.isFinite(numberOf(text)));
  if (bad !== undefined) {
    const remedy = 'Correct it, name another column in options.label_column, or leave options.task out';
    throw invalidLabels(`The label "${printable(bad).slice(0, 200)}" is not a number. ${remedy}.`);
  }
  dropUnlabelled(
    listing,
    ({ label }) => label !== NO_LABEL && !isMissing(texts[Number(label)]),
    'it has no number for its label',
  );
  const values = texts.map(numberOf);
  checkTargets(values);
  for (const sample of listing.samples) sample.label = [values[Number(sample.label)]];
  return { task: 'regression', classes: [], targets: [asked.targets?.[0] ?? DEFAULT_TARGET] };
}

function numberOf(text: string): number {
  return Number(DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text);
}

function isMissing(text: string): boolean {
  return MISSING.has(text.toLowerCase());
}
