import { SPLITS, type Split } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { type DividedImage, divideImages, type ImageToDivide, strataByLabel } from './divide.js';

/** As many images of each stratum, whose contents begin with `name`. */
function images(perStratum: readonly number[], split: Split | null = null, name = 'image'): ImageToDivide[] {
  return perStratum.flatMap((count, stratum) =>
    Array.from({ length: count }, (_, index) => ({ stratum, content: `${name}-${stratum}-${index}`, split })),
  );
}

function counts(divided: readonly DividedImage[], stratum?: number): number[] {
  const chosen = divided.filter((image) => stratum === undefined || image.stratum === stratum);
  return SPLITS.map((split) => chosen.filter((image) => image.split === split).length);
}

function splitsByContent(divided: readonly DividedImage[]): Map<string, Split> {
  return new Map(divided.map(({ content, split }) => [content, split]));
}

describe('the division into splits', () => {
  it('gives every class the same shares', () => {
    const divided = divideImages(images([100, 50, 10]));
    expect([0, 1, 2].map((stratum) => counts(divided, stratum))).toEqual([
      [80, 10, 10],
      [40, 5, 5],
      [8, 1, 1],
    ]);
  });

  it('comes to the fractions over many classes that are too small for them', () => {
    expect(counts(divideImages(images(new Array(100).fill(3))))).toEqual([240, 30, 30]);
  });

  it('is the same for a seed whatever the order of the images, and another for another seed', () => {
    const all = images([200, 200]);
    const splitsOf = (seed: number, given = all) => splitsByContent(divideImages(given, { seed }));
    expect(splitsOf(7, [...all].reverse())).toEqual(splitsOf(7));
    expect(splitsOf(8)).not.toEqual(splitsOf(7));
  });

  it('does not simply cut off the end of a class', () => {
    const tests = divideImages(images([1000])).flatMap(({ split }, index) => (split === 'test' ? [index] : []));
    expect(Math.min(...tests)).toBeLessThan(200);
    expect(Math.max(...tests)).toBeGreaterThan(800);
  });

  it('leaves every class an image to train on', () => {
    const divided = divideImages(images([1, 2, 1, 3, 1]), { train: 0.01, validation: 0.5, test: 0.49 });
    for (let stratum = 0; stratum < 5; stratum++) expect(counts(divided, stratum)[0]).toBeGreaterThan(0);
  });

  it('keeps the splits of the upload and takes a validation part from its train images', () => {
    const divided = divideImages([...images([50, 50], 'train'), ...images([10, 10], 'test', 'other')]);
    expect(counts(divided)).toEqual([90, 10, 20]);
    expect(divided.slice(100).every(({ split }) => split === 'test')).toBe(true);
    expect(divided.every(({ given }) => given)).toBe(true);
  });

  it('keeps the splits of the upload also where they share an image', () => {
    const divided = divideImages([...images([10], 'train'), ...images([3], 'test')], { validation: 0 });
    expect(counts(divided)).toEqual([10, 0, 3]);
  });

  it('never divides images that are the same', () => {
    const twice = images([40]).flatMap((image) => [image, { ...image }]);
    const divided = divideImages(twice);
    expect(counts(divided)).toEqual([64, 8, 8]);
    for (let index = 0; index < divided.length; index += 2) expect(divided[index + 1].split).toBe(divided[index].split);
  });

  it('never divides images that are the same, though their classes are not', () => {
    const [cats, dogs] = [images([50]), images([50]).map((image) => ({ ...image, stratum: 1 }))];
    const divided = divideImages([...cats, ...dogs]);
    for (let index = 0; index < 50; index++) expect(divided[index + 50].split).toBe(divided[index].split);
  });
});

describe('images that are added', () => {
  it('leave the others where they are, and all come to the fractions', () => {
    let all: DividedImage[] = [];
    for (let round = 0; round < 20; round++) {
      const before = all;
      all = [...before, ...divideImages(images([7, 3], null, `round-${round}`), {}, before)];
      expect(all.slice(0, before.length)).toEqual(before);
    }
    expect(counts(all)).toEqual([160, 20, 20]);
    expect(counts(all, 1)).toEqual([48, 6, 6]);
  });

  it('one by one come to the fractions too', () => {
    let all: DividedImage[] = [];
    for (let index = 0; index < 100; index++) {
      all = [...all, ...divideImages([{ stratum: 0, content: `image-${index}`, split: null }], {}, all)];
    }
    expect(counts(all)).toEqual([80, 10, 10]);
  });

  it('go where an image that is the same is', () => {
    const old = divideImages(images([100]));
    const again = divideImages(images([100]), { seed: 9 }, old);
    expect(again.map(({ split }) => split)).toEqual(old.map(({ split }) => split));
  });

  it('are divided by themselves where the others came with splits of their own', () => {
    const old = divideImages([...images([900], 'train'), ...images([100], 'test', 'other')]);
    expect(counts(divideImages(images([100], null, 'new'), {}, old))).toEqual([80, 10, 10]);
  });
});

describe('the strata of labels', () => {
  it('are classes, the rarest of several labels, or one', () => {
    expect(strataByLabel([2, 0, 2], 'multiclass')).toEqual([2, 0, 2]);
    expect(strataByLabel([[0], [0, 1], [], [0, 1, 2], [0]], 'multilabel')).toEqual([0, 1, -1, 2, 0]);
    expect(strataByLabel([[0.5], [0.25]], 'regression')).toEqual([0, 0]);
  });
});
