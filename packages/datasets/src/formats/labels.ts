/** The labels of a table become classes: what occurs, in order, numbered from 0. */
import { TrainyardError } from '@trainyard/contracts';
import { printable } from '../archive/entry-names.js';
import type { ListedSample } from './format.js';

const WHOLE_NUMBER = /^-?\d{1,15}$/;
const WHOLE_NUMBER_AS_FRACTION = /^(-?\d{1,15})\.0*$/;
const FRACTION = /^[-+]?(\d+\.\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?\d+e[-+]?\d+$/i;

export class LabelSet {
  readonly #numbers = new Map<string, number>();

  /** The number of a label until `finish`. */
  add(label: string): number {
    const known = this.#numbers.get(label);
    if (known !== undefined) return known;
    this.#numbers.set(label, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  /**
   * Gives the samples, whose `label` came from `add`, their class indices and returns the names of the classes. Labels
   * that are all whole numbers are in the order of the numbers, others in that of their letters; `names` puts names in
   * the place of whole numbers. Throws `invalid_dataset` for labels that cannot be classes.
   */
  finish(samples: readonly ListedSample[], names: readonly string[] = []): string[] {
    const labels = [...this.#numbers.keys()];
    checkLabels(labels);
    const sorted = sortLabels(labels);
    const classOf = new Map(sorted.map((label, index) => [this.#numbers.get(label), index]));
    for (const sample of samples) sample.label = classOf.get(Number(sample.label)) ?? 0;
    const classes = sorted.map((label) => (WHOLE_NUMBER.test(label) ? (names[Number(label)] ?? label) : label));
    const again = classes.find((name, index) => classes.indexOf(name) !== index);
    if (again !== undefined) throw invalid(`Two labels have the name "${printable(again)}". Give each its own.`);
    return classes;
  }
}

/** A label as it is written in a table: without spaces around it, and 3.0 as 3; null where there is none. */
export function labelText(value: string): string | null {
  const text = value.trim().normalize('NFC');
  if (text === '' || text.toLowerCase() === 'nan') return null;
  return WHOLE_NUMBER_AS_FRACTION.exec(text)?.[1] ?? text;
}

export function isWholeNumber(label: string): boolean {
  return WHOLE_NUMBER.test(label);
}

export function isFraction(label: string): boolean {
  return FRACTION.test(label);
}

function checkLabels(labels: readonly string[]): void {
  const fraction = labels.find((label) => FRACTION.test(label));
  if (fraction !== undefined) {
    throw invalid(`The label ${fraction} is a fraction. Expected: names or whole numbers, one for each class.`);
  }
  const bad = labels.find((label) => printable(label) !== label);
  if (bad !== undefined) throw invalid(`The label "${printable(bad)}" has a control character. Rename it.`);
}

function sortLabels(labels: readonly string[]): string[] {
  if (labels.every((label) => WHOLE_NUMBER.test(label))) return [...labels].sort((a, b) => Number(a) - Number(b));
  return [...labels].sort();
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
