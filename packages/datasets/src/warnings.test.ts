import type { DatasetSample } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { countSamples } from './counts.js';
import { findWarnings } from './warnings.js';

const image = { width: 8, height: 8, channels: 3, fit: 'cover' } as const;

function samples(perClass: readonly number[], size = 8): DatasetSample[] {
  return (['train', 'validation', 'test'] as const).flatMap((split) =>
    perClass.flatMap((count, classIndex) =>
      Array.from({ length: count }, (_, index) => ({
        source: `${split}/${classIndex}/${index}`,
        class: classIndex,
        split,
        width: size,
        height: size,
      })),
    ),
  );
}

function codes(list: readonly DatasetSample[], skipped: { file: string; reason: string }[] = []): string[] {
  const counts = countSamples(list, ['a', 'b']);
  return findWarnings({ samples: list, skipped, image, counts }).map(({ code }) => code);
}

describe('warnings', () => {
  it('are none for a sound data set', () => {
    expect(codes(samples([30, 30]))).toEqual([]);
  });

  it('name what is wrong', () => {
    expect(codes(samples([30, 30], 9))).toEqual(['mixed_sizes']);
    expect(codes(samples([100, 30]))).toEqual(['class_imbalance']);
    expect(codes(samples([5, 5]))).toEqual(['small_split', 'small_split']);
    expect(codes(samples([30, 30]), [{ file: 'x', reason: 'y' }])).toEqual(['skipped_files']);
  });

  it('count the files that were skipped and show ten of them', () => {
    const list = samples([30, 30]);
    const skipped = Array.from({ length: 25 }, (_, index) => ({ file: `${index}`, reason: 'it is not an image' }));
    const [warning] = findWarnings({ samples: list, skipped, image, counts: countSamples(list, ['a', 'b']) });
    expect(warning.count).toBe(25);
    expect(warning.examples).toHaveLength(10);
  });

  it('count a class under any name', () => {
    const counts = countSamples(samples([3, 4]), ['__proto__', 'constructor']);
    expect(JSON.parse(JSON.stringify(counts)).train.classes.constructor).toBe(4);
    expect(JSON.stringify(counts.test)).toBe('{"total":7,"classes":{"__proto__":3,"constructor":4}}');
  });
});
