import type { SkippedFile } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { countSamples } from '../../counts.js';
import type { DescribedImages } from '../described-images.js';
import { findWarnings } from './warnings.js';

const NONE = { exact: [], near: [] };
const image = { width: 8, height: 8, channels: 3, fit: 'cover' } as const;

/** As many images of each class in each split. */
function describedImages(perClass: readonly number[], size = 8): DescribedImages {
  const samples = (['train', 'validation', 'test'] as const).flatMap((split) =>
    perClass.flatMap((count, label) => Array.from({ length: count }, () => ({ label, split }))),
  );
  return {
    count: samples.length,
    image,
    features: new Uint8Array(0),
    contents: samples.map((_, index) => String(index)),
    splits: samples.map(({ split }) => split),
    labels: samples.map(({ label }) => label),
    name: String,
    width: () => size,
    height: () => size,
    readPixels: () => {},
  };
}

function counts({ labels, splits }: DescribedImages, classes: readonly string[] = ['a', 'b']) {
  return countSamples(
    splits.map((split, index) => ({ split, label: Number(labels[index]) })),
    classes,
  );
}

function codes(images: DescribedImages, skipped: SkippedFile[] = []): string[] {
  return findWarnings({ images, skipped, image, task: 'multiclass', counts: counts(images), duplicates: NONE }).map(
    ({ code }) => code,
  );
}

describe('warnings', () => {
  it('are none for a sound data set', () => {
    expect(codes(describedImages([30, 30]))).toEqual([]);
  });

  it('name what is wrong', () => {
    expect(codes(describedImages([30, 30], 9))).toEqual(['mixed_sizes']);
    expect(codes(describedImages([100, 30]))).toEqual(['class_imbalance']);
    expect(codes(describedImages([5, 5]))).toEqual(['tiny_class', 'small_split', 'small_split']);
    expect(codes(describedImages([30, 30]), [{ file: 'x', reason: 'y', code: 'bad_row' }])).toEqual(['skipped_files']);
  });

  it('count the files that were skipped and show ten of them', () => {
    const images = describedImages([30, 30]);
    const skipped = Array.from({ length: 25 }, (_, index): SkippedFile => {
      return { file: `${index}`, reason: 'it is not an image', code: 'not_an_image' };
    });
    const [warning] = findWarnings({
      images,
      skipped,
      image,
      task: 'multiclass',
      counts: counts(images),
      duplicates: NONE,
    });
    expect(warning.count).toBe(25);
    expect(warning.examples).toHaveLength(10);
  });

  it('count a class under any name', () => {
    const counted = counts(describedImages([3, 4]), ['__proto__', 'constructor']);
    expect(JSON.parse(JSON.stringify(counted)).train.classes.constructor).toBe(4);
    expect(JSON.stringify(counted.test)).toBe('{"total":7,"classes":{"__proto__":3,"constructor":4}}');
  });
});
