/** Labels that are a list for each image: of names or numbers of labels, or rows of numbers that are all as long. */
import { labelText } from '../labels.js';
import { nameOf } from '../sources.js';
import { nameClasses } from './class-names.js';
import {
  type AskedLabels,
  DEFAULT_TARGET,
  type FoundLabels,
  invalidLabels,
  type LabelledListing,
  type LabelledSample,
} from './found-labels.js';
import { finishRows } from './number-rows.js';

export class ListLabels {
  readonly #numbers = new Map<string, number>();

  /** What `label` is of a sample until `finish`. */
  add(values: readonly (string | number)[]): number[] {
    return values.flatMap((value) => {
      const text = labelText(String(value));
      return text === null ? [] : [this.#numberOf(text)];
    });
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  /**
   * Gives the samples, whose `label` came from `add`, their labels. Numbers are rows of targets, or of a 0 or 1 for each
   * label, where all lists are as long and they cannot be numbers of labels. Throws `invalid_dataset`.
   */
  finish(listing: LabelledListing, asked: AskedLabels = {}): FoundLabels {
    const texts = [...this.#numbers.keys()];
    const width = widthOf(listing.samples);
    if (width !== null && areRows(listing.samples, texts, width, asked)) {
      for (const sample of listing.samples) {
        const places = placesOf(sample);
        sample.label = places.length === 0 ? [Number.NaN] : places.map((place) => Number(texts[place]));
      }
      const targets = columnNames(width).map((index) => `${asked.targets?.[0] ?? DEFAULT_TARGET}_${index}`);
      return finishRows(listing, columnNames(width, asked.names), { ...asked, targets });
    }
    if (asked.task === 'regression') {
      throw invalidLabels('The labels are lists. Expected for a regression: as many numbers for each image.');
    }
    return asked.task === 'multiclass'
      ? finishClasses(listing.samples, texts, asked)
      : finishLabels(listing.samples, texts, asked);
  }
}

function placesOf({ label }: LabelledSample): readonly number[] {
  return typeof label === 'number' ? [label] : label;
}

/** Of each list that is not empty; null where they are not all as long. */
function widthOf(samples: readonly LabelledSample[]): number | null {
  const widths = new Set(samples.map((sample) => placesOf(sample).length).filter((width) => width > 0));
  const [width] = widths;
  return widths.size === 1 ? width : null;
}

/** A number of a label is whole and not twice in a list. */
function areRows(
  samples: readonly LabelledSample[],
  texts: readonly string[],
  width: number,
  { task, names = [] }: AskedLabels,
): boolean {
  if (!texts.every((text) => Number.isFinite(Number(text)))) return false;
  if (task === 'regression') return true;
  if (names.length > 0) return false;
  if (texts.some((text) => !Number.isInteger(Number(text)))) return true;
  const areBits = texts.every((text) => text === '0' || text === '1');
  return areBits && width > 1 && samples.some((sample) => isRepeating(placesOf(sample)));
}

function isRepeating(places: readonly number[]): boolean {
  return new Set(places).size < places.length;
}

function columnNames(width: number, names: readonly string[] = []): string[] {
  return Array.from({ length: width }, (_, index) => names[index] ?? String(index));
}

function finishLabels(samples: readonly LabelledSample[], texts: readonly string[], asked: AskedLabels): FoundLabels {
  const { names, indexOf } = nameClasses(texts, asked.names);
  for (const sample of samples) {
    const labels = new Set(placesOf(sample).map((place) => indexOf.get(texts[place]) ?? 0));
    sample.label = [...labels].sort((a, b) => a - b);
  }
  return { task: 'multilabel', classes: names, targets: null };
}

function finishClasses(samples: readonly LabelledSample[], texts: readonly string[], asked: AskedLabels): FoundLabels {
  const { names, indexOf } = nameClasses(texts, asked.names);
  for (const sample of samples) {
    const places = placesOf(sample);
    if (places.length !== 1) {
      const detail = `${nameOf(sample)} has ${places.length} labels. Expected: one class for each image; for several set options.task to "multilabel".`;
      throw invalidLabels(detail);
    }
    sample.label = indexOf.get(texts[places[0]]) ?? 0;
  }
  return { task: 'multiclass', classes: names, targets: null };
}
