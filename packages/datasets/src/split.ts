/** Divides the images into splits: by class, at random, and always the same for the same images and seed. */
import { type DatasetSample, SPLITS, type Split, type SplitOptions } from '@trainyard/contracts';
import { permutation } from '@trainyard/engine';
import type { ListedSample } from './formats/format.js';
import { divideTrain, type SplitFractions } from './split-fractions.js';

/** Gives each sample its split; the order stays. Of every class with images to divide, at least one is for training. */
export function assignSplits(
  samples: readonly ListedSample[],
  classes: number,
  options: SplitOptions = {},
): DatasetSample[] {
  const named = new Set(SPLITS.filter((split) => samples.some((sample) => sample.split === split)));
  const fractions = divideTrain(named, options);
  const splits = samples.map((sample) => sample.split ?? 'train');
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  splits.forEach((split, index) => {
    if (split === 'train') byClass[samples[index].class].push(index);
  });
  let before = 0;
  byClass.forEach((members, classIndex) => {
    const counts = divide(members.length, before, fractions);
    before += members.length;
    const order = permutation(members.length, options.seed ?? 0, classIndex);
    for (let place = 0; place < counts.validation + counts.test; place++) {
      splits[members[order[place]]] = place < counts.validation ? 'validation' : 'test';
    }
  });
  return samples.map((sample, index) => ({ ...sample, split: splits[index] }));
}

/**
 * How many of `count` images of a class leave the train split. Rounding is carried from class to class (`before` is how
 * many images those before it had), so that many small classes together still come to the fractions.
 */
function divide(count: number, before: number, fractions: SplitFractions): Record<Exclude<Split, 'train'>, number> {
  const share = (fraction: number) => Math.round(fraction * (before + count)) - Math.round(fraction * before);
  const validation = Math.min(share(fractions.validation), Math.max(0, count - 1));
  const test = Math.min(share(fractions.test), Math.max(0, count - 1 - validation));
  return { validation, test };
}
