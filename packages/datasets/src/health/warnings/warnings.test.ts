import { type DatasetTask, SKIP_KINDS, type SkippedFile, type Split } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { countSamples } from '../../counts.js';
import type { DescribedImages } from '../described-images.js';
import type { Duplicates } from '../duplicates.js';
import { describeImage, FEATURE_BYTES } from '../features.js';
import { findWarnings } from './warnings.js';

const SIDE = 8;
const SPLITS = ['train', 'validation', 'test'] as const;
const CLASSES = ['a', 'b'];

interface Given {
  /** As many images of each class in each split. */
  perClass?: readonly number[];
  task?: DatasetTask;
  labels?: DescribedImages['labels'];
  /** Of the first images; the others are as they are packed. */
  sizes?: readonly (readonly [number, number])[];
  /** The darkest and the brightest pixel of an image. */
  values?: (index: number) => readonly [number, number];
  duplicates?: Partial<Duplicates>;
  skipped?: SkippedFile[];
  fit?: 'cover' | 'contain' | 'fill';
}

function warningsOf({ perClass = [30, 30], task = 'multiclass', fit = 'cover', ...given }: Given) {
  const samples = SPLITS.flatMap((split) =>
    perClass.flatMap((count, label) => Array.from({ length: count }, () => ({ label, split }))),
  );
  const { values = () => [0, 255], sizes = [], skipped = [] } = given;
  const image = { width: SIDE, height: SIDE, channels: 1 } as const;
  const labels = given.labels ?? samples.map(({ label }) => label);
  const splits = samples.map(({ split }) => split);
  const images: DescribedImages = {
    count: samples.length,
    image,
    features: featuresOf(samples.length, values),
    contents: samples.map((_, index) => String(index)),
    splits,
    labels,
    name: (index) => `image ${index}`,
    width: (index) => sizes[index]?.[0] ?? SIDE,
    height: (index) => sizes[index]?.[1] ?? SIDE,
    readPixels: () => {},
  };
  const counted = splits.map((split, index) => ({ split, label: [labels[index]].flat() }));
  const counts = countSamples(counted, task === 'regression' ? [] : CLASSES);
  const duplicates = { exact: [], near: [], ...given.duplicates };
  return findWarnings({ images, skipped, image: { ...image, fit }, task, counts, duplicates });
}

/** Of images whose left half is dark and whose right half is bright. */
function featuresOf(count: number, values: (index: number) => readonly [number, number]): Uint8Array {
  const features = new Uint8Array(count * FEATURE_BYTES);
  for (let index = 0; index < count; index++) {
    const [dark, bright] = values(index);
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (at % SIDE < SIDE / 2 ? dark : bright));
    const out = features.subarray(index * FEATURE_BYTES, (index + 1) * FEATURE_BYTES);
    describeImage(pixels, { width: SIDE, height: SIDE, channels: 1 }, out);
  }
  return features;
}

const codes = (given: Given) => warningsOf(given).map(({ code }) => code);

const crossing = (splits: boolean, labels: boolean) => ({ crossesSplits: splits, crossesLabels: labels });

describe('warnings', () => {
  it('are none for a sound data set', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ task: 'regression', labels: Array.from({ length: 180 }, (_, index) => index / 7) })).toEqual([]);
    expect(codes({ task: 'multilabel', labels: Array.from({ length: 180 }, () => [0, 1]) })).toEqual([]);
  });

  it('each say what can be done', () => {
    const found = warningsOf({
      perClass: [40, 5],
      sizes: [
        [80, 80],
        [8, 30],
      ],
      values: (index) => (index < 3 ? [9, 9] : index < 9 ? [50, 70] : [0, 255]),
      skipped: [{ file: 'x', reason: 'y', code: 'bad_row' }],
      duplicates: {
        exact: [{ members: [0, 85], ...crossing(true, true) }],
        near: [{ first: 1, second: 2, distance: 0.05, ...crossing(false, false) }],
      },
    });
    expect(found.map(({ code }) => code)).toEqual([
      'skipped_files',
      'leaking_duplicates',
      'conflicting_labels',
      'low_contrast',
      'constant_images',
      'mixed_sizes',
      'size_outliers',
      'aspect_outliers',
      'class_imbalance',
      'tiny_class',
      'exact_duplicates',
      'near_duplicates',
    ]);
    for (const { message, remedy } of found) {
      expect(message).toMatch(/\d.*\.$/);
      expect(remedy).toMatch(/\w.*\.$/);
    }
  });

  it('count the files that were skipped by their kind and show ten of them', () => {
    const skipped = Array.from({ length: 25 }, (_, index): SkippedFile => {
      return { file: `${index}`, reason: 'it is', code: index < 20 ? 'unreadable_image' : 'not_an_image' };
    });
    const [warning] = warningsOf({ skipped });
    expect(warning).toMatchObject({ code: 'skipped_files', count: 25 });
    expect(warning.message).toBe('25 files were not used (20 unreadable_image, 5 not_an_image).');
    expect(warning.remedy).toContain(SKIP_KINDS.unreadable_image.remedy);
    expect(warning.examples).toHaveLength(10);
  });

  it('are of other sizes where images were brought to one', () => {
    const [mixed] = warningsOf({ sizes: [[9, 8]] });
    expect(mixed).toMatchObject({ code: 'mixed_sizes', count: 1, examples: [{ file: 'image 0', reason: '9x8' }] });
  });

  it('are of a few images that are far larger or smaller, not of many', () => {
    const outliers = (count: number) => codes({ sizes: Array.from({ length: count }, () => [40, 40] as const) });
    expect(outliers(1)).toContain('size_outliers');
    expect(outliers(18)).toContain('size_outliers');
    expect(outliers(19)).not.toContain('size_outliers');
    expect(codes({ sizes: [[1, 1]] })).toContain('size_outliers');
    expect(codes({ sizes: [[32, 32]] })).not.toContain('size_outliers');
  });

  it('are of images of which much is cut off, or is border', () => {
    expect(codes({ sizes: [[16, 8]] })).not.toContain('aspect_outliers');
    const of = (fit: 'cover' | 'contain') =>
      warningsOf({ sizes: [[17, 8]], fit }).find(({ code }) => code === 'aspect_outliers');
    expect(of('cover')?.message).toContain('cut off');
    expect(of('cover')?.remedy).toContain('"contain"');
    expect(of('contain')?.message).toContain('border');
    expect(codes({ sizes: [[8, 17]] })).toContain('aspect_outliers');
  });

  it('are of classes that are small, or much smaller than others', () => {
    expect(codes({ perClass: [100, 30] })).toEqual(['class_imbalance']);
    expect(codes({ perClass: [90, 30] })).toEqual([]);
    const [tiny] = warningsOf({ perClass: [15, 9] });
    expect(tiny).toMatchObject({ code: 'tiny_class', count: 1 });
    expect(tiny.message).toContain('"b" 9');
    expect(codes({ perClass: [5, 5] })).toEqual(['tiny_class', 'small_split', 'small_split']);
  });

  it('allow labels of images to differ more than classes, and numbers as they like', () => {
    const labels = Array.from({ length: 300 }, (_, index) => (index % 5 === 0 ? [0, 1] : [0]));
    expect(codes({ perClass: [50, 50], labels, task: 'multilabel' })).toEqual([]);
    expect(codes({ perClass: [50, 50], labels: labels.map(() => 0.5), task: 'regression' })).toEqual([]);
    const few = Array.from({ length: 300 }, (_, index) => (index % 20 === 0 ? [0, 1] : [0]));
    expect(codes({ perClass: [50, 50], labels: few, task: 'multilabel' })).toEqual(['class_imbalance', 'tiny_class']);
  });

  it('are of pictures that show nothing', () => {
    const [constant, ...others] = warningsOf({ values: (index) => (index === 7 ? [20, 21] : [0, 255]) });
    expect(constant).toMatchObject({ code: 'constant_images', count: 1, examples: [{ file: 'image 7' }] });
    expect(others).toEqual([]);
  });

  it('are of images without contrast, alone or all of them', () => {
    const [flat] = warningsOf({ values: (index) => (index % 50 === 0 ? [100, 120] : [0, 255]) });
    expect(flat).toMatchObject({ code: 'low_contrast', count: 4 });
    expect(flat.examples?.[0].reason).toBe('values from 100 to 120 of 255');
    // One in 180 says nothing of the data set.
    expect(codes({ values: (index) => (index === 0 ? [100, 120] : [0, 255]) })).toEqual([]);
    const [dark] = warningsOf({ values: () => [0, 15] });
    expect(dark).toMatchObject({ code: 'low_contrast', count: 180 });
    expect(dark.message).toContain('15 of 255');
    expect(dark.remedy).toContain('a factor of 17');
  });
});

describe('warnings of duplicates', () => {
  // Of 2 classes with 30 images each: 0 to 59 are to train on, 60 to 119 for validation, the others for the test.
  const split = (index: number): Split => SPLITS[Math.floor(index / 60)];

  it('list the pairs that leak, with the splits and the distance', () => {
    const near = [
      { first: 3, second: 130, distance: 0.123456, ...crossing(true, false) },
      { first: 5, second: 6, distance: 0.01, ...crossing(false, false) },
    ];
    const found = warningsOf({ duplicates: { near } });
    expect(found.map(({ code, count }) => [code, count])).toEqual([
      ['leaking_duplicates', 1],
      ['near_duplicates', 2],
    ]);
    const files = ['image 3', 'image 130'];
    expect(found[0].pairs).toEqual([{ files, splits: [split(3), split(130)], distance: 0.1235 }]);
    expect(found[0].remedy).toContain('"leaks":"drop"');
  });

  it('find the images on either side among all of one content', () => {
    const exact = [{ members: [1, 2, 70], ...crossing(true, false) }];
    const near = [{ first: 1, second: 4, distance: 0.1, ...crossing(true, false) }];
    const [leaks, copies] = warningsOf({ duplicates: { exact, near } });
    expect(leaks.pairs?.map(({ files }) => files)).toEqual([
      ['image 1', 'image 70'],
      ['image 70', 'image 4'],
    ]);
    expect(copies).toMatchObject({ code: 'exact_duplicates', count: 2 });
  });

  it('are of labels that differ; of numbers only where the image is the same', () => {
    const duplicates = {
      exact: [{ members: [0, 40], ...crossing(false, true) }],
      near: [{ first: 1, second: 50, distance: 0.1, ...crossing(false, true) }],
    };
    const conflicts = (given: Given) =>
      warningsOf({ duplicates, ...given }).find(({ code }) => code === 'conflicting_labels')?.count;
    expect(conflicts({})).toBe(2);
    const labels = Array.from({ length: 180 }, (_, index) => index);
    expect(conflicts({ task: 'regression', labels })).toBe(1);
  });

  it('list all leaks up to a hundred, and of the others ten', () => {
    const near = Array.from({ length: 60 }, (_, index) => {
      return { first: index, second: 120 + index, distance: 0.1, ...crossing(true, false) };
    });
    const [leaks, others] = warningsOf({ duplicates: { near } });
    expect([leaks.pairs?.length, others.pairs?.length]).toEqual([60, 10]);
  });
});

describe('counts', () => {
  it('are of classes under any name', () => {
    const samples = SPLITS.flatMap((split) => [0, 0, 0, 1, 1, 1, 1].map((label) => ({ label, split })));
    const counted = countSamples(samples, ['__proto__', 'constructor']);
    expect(JSON.parse(JSON.stringify(counted)).train.classes.constructor).toBe(4);
    expect(JSON.stringify(counted.test)).toBe('{"total":7,"classes":{"__proto__":3,"constructor":4}}');
  });
});
