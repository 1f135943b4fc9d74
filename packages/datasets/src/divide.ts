/**
 * Divides images into splits: by class, in an order that follows from the seed and the content of each image alone.
 * Images that are the same stay together, so that none is both trained on and tested with.
 */
import { createHash } from 'node:crypto';
import { type DatasetTask, type SampleLabel, SPLITS, type Split, type SplitOptions } from '@trainyard/contracts';
import { divideTrain, type SplitFractions } from './split-fractions.js';

export interface ImageToDivide {
  /** Each stratum is divided in the same proportions: a class, mostly. */
  stratum: number;
  /** The same for images that are the same. */
  content: string;
  /** Where the upload says so. */
  split: Split | null;
}

export interface DividedImage {
  stratum: number;
  content: string;
  split: Split;
  /** Whether the upload that it came in with had splits of its own. */
  given: boolean;
}

/**
 * Gives each of `images` its split, in their order. `old` are those of the data set that they are added to: they stay where
 * they are, and all together come to the proportions. Of each stratum at least one image is for training.
 */
export function divideImages(
  images: readonly ImageToDivide[],
  options: SplitOptions = {},
  old: readonly DividedImage[] = [],
): DividedImage[] {
  const named = new Set(SPLITS.filter((split) => images.some((image) => image.split === split)));
  const given = named.size > 0;
  const division = new Division(divideTrain(named, options), options.seed ?? 0);
  for (const { content, split } of old) division.fix(content, split);
  const isFree = ({ split }: ImageToDivide) => split === null || split === 'train';
  for (const { content, split } of images) if (split !== null && split !== 'train') division.fix(content, split);
  for (const stratum of strataOf(images.filter(isFree), given ? [] : old.filter((image) => !image.given), old)) {
    division.divide(stratum);
  }
  return images.map(({ stratum, content, split }) => ({
    stratum,
    content,
    split: split === null ? division.splitOf(content) : split === 'train' ? division.partOfTrain(content) : split,
    given,
  }));
}

interface Stratum {
  /** How many images there are of each content. */
  fresh: Map<string, number>;
  /** Of those that were divided before in the same way. */
  counts: Record<Split, number>;
  hasTrain: boolean;
}

function strataOf(
  fresh: readonly ImageToDivide[],
  counted: readonly DividedImage[],
  old: readonly DividedImage[],
): Stratum[] {
  const strata = new Map<number, Stratum>();
  const at = (stratum: number): Stratum => {
    const known = strata.get(stratum);
    if (known) return known;
    const made = { fresh: new Map(), counts: { train: 0, validation: 0, test: 0 }, hasTrain: false };
    strata.set(stratum, made);
    return made;
  };
  for (const { stratum, content } of fresh) {
    const { fresh: counts } = at(stratum);
    counts.set(content, (counts.get(content) ?? 0) + 1);
  }
  for (const { stratum, split } of counted) at(stratum).counts[split]++;
  for (const { stratum, split } of old) if (split === 'train') at(stratum).hasTrain = true;
  return [...strata].sort(([a], [b]) => a - b).map(([, stratum]) => stratum);
}

class Division {
  readonly #fractions: SplitFractions;
  readonly #seed: number;
  readonly #fixed = new Map<string, Split>();
  readonly #decided = new Map<string, Split>();
  /** Images of the strata before. Rounding is carried on, so that many small ones together still come to the fractions. */
  #before = 0;

  constructor(fractions: SplitFractions, seed: number) {
    this.#fractions = fractions;
    this.#seed = seed;
  }

  /** Images of this content are in that split already. */
  fix(content: string, split: Split): void {
    if (!this.#fixed.has(content)) this.#fixed.set(content, split);
  }

  splitOf(content: string): Split {
    return this.#fixed.get(content) ?? this.partOfTrain(content);
  }

  /** Of an image that is for training by the upload: there it stays, or it is of the part that is taken from that. */
  partOfTrain(content: string): Split {
    return this.#decided.get(content) ?? 'train';
  }

  divide({ fresh, counts, hasTrain }: Stratum): void {
    const have = { ...counts };
    const units: { content: string; size: number; rank: string }[] = [];
    for (const [content, size] of fresh) {
      const fixed = this.#fixed.get(content) ?? this.#decided.get(content);
      if (fixed) have[fixed] += size;
      else units.push({ content, size, rank: this.#rank(content) });
    }
    units.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    const total = have.train + have.validation + have.test + units.reduce((sum, { size }) => sum + size, 0);
    const missing = {
      validation: this.#share('validation', total) - have.validation,
      test: this.#share('test', total) - have.test,
    };
    this.#before += total;
    // The last one is for training where nothing else is.
    const last = hasTrain || have.train > 0 ? units.length : units.length - 1;
    for (const [place, { content, size }] of units.entries()) {
      const split = place < last ? this.#choose(missing, size) : 'train';
      this.#decided.set(content, split);
      if (split !== 'train') missing[split] -= size;
    }
  }

  #choose(missing: { validation: number; test: number }, size: number): Split {
    if (2 * missing.validation >= size && missing.validation > 0) return 'validation';
    return 2 * missing.test >= size && missing.test > 0 ? 'test' : 'train';
  }

  #share(split: 'validation' | 'test', count: number): number {
    const fraction = this.#fractions[split];
    return Math.round(fraction * (this.#before + count)) - Math.round(fraction * this.#before);
  }

  #rank(content: string): string {
    return createHash('sha256').update(`${this.#seed}:${content}`).digest('hex');
  }
}

/** The class of an image; of several labels the rarest; of a regression all images are one stratum. */
export function strataByLabel(labels: readonly SampleLabel[], task: DatasetTask): number[] {
  if (task === 'multiclass') return labels.map(Number);
  if (task === 'regression') return labels.map(() => 0);
  const counts = new Map<number, number>();
  for (const label of labels) for (const one of listOf(label)) counts.set(one, (counts.get(one) ?? 0) + 1);
  const count = (one: number) => counts.get(one) ?? 0;
  return labels.map((label) => {
    const [first = NO_LABEL, ...rest] = listOf(label);
    return rest.reduce((rarest, one) => (count(one) < count(rarest) ? one : rarest), first);
  });
}

const NO_LABEL = -1;

function listOf(label: SampleLabel): number[] {
  return typeof label === 'number' ? [label] : label;
}
