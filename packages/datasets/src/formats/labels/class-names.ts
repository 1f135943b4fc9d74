/** The order and the names of classes: what occurs, numbered from 0. */
import { printable } from '../../archive/entry-names.js';
import { isWholeNumber } from '../labels.js';
import { invalidLabels } from './found-labels.js';

export interface NamedClasses {
  names: string[];
  /** The index of each label. */
  indexOf: ReadonlyMap<string, number>;
}

/**
 * Labels that are all whole numbers are in the order of the numbers, others in that of their letters; `names` puts names
 * in the place of whole numbers. Throws `invalid_dataset` for labels that cannot be classes.
 */
export function nameClasses(labels: readonly string[], names: readonly string[] = []): NamedClasses {
  const sorted = sortLabels(labels);
  const named = sorted.map((label) => (isWholeNumber(label) ? (names[Number(label)] ?? label) : label));
  checkNames(named);
  return { names: named, indexOf: new Map(sorted.map((label, index) => [label, index])) };
}

/** Throws `invalid_dataset` for names that cannot be shown, and where one is there twice. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const shown = printable(name);
    if (shown !== name) throw invalidLabels(`The label "${shown}" has a control character. Rename it.`);
    if (seen.has(name)) throw invalidLabels(`Two labels have the name "${name}". Give each its own.`);
    seen.add(name);
  }
}

function sortLabels(labels: readonly string[]): string[] {
  if (labels.every(isWholeNumber)) return [...labels].sort((a, b) => Number(a) - Number(b));
  return [...labels].sort();
}
