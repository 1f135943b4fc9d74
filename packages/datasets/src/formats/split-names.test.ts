import { describe, expect, it } from 'vitest';
import { splitOfCell, splitOfPath, splitsOfPaths } from './split-names.js';

describe('splits in names', () => {
  it.each([
    ['data/train-00000-of-00002.parquet', 'train'],
    ['mnist_test.csv', 'test'],
    ['validation/part.1.csv', 'validation'],
    ['train/validation.csv', 'validation'],
    ['latest.csv', null],
    ['train_test.csv', null],
    ['upload.csv', null],
  ])('of %s: %s', (path, split) => {
    expect(splitOfPath(path)).toBe(split);
  });

  it('say nothing where none is for training', () => {
    expect(splitsOfPaths(['test-0.parquet', 'val-0.parquet'])).toEqual([null, null]);
    expect(splitsOfPaths(['test-0.parquet', 'all.parquet'])).toEqual(['test', null]);
  });

  it('of fields are words, also those of FER2013', () => {
    expect(['Train ', 'PublicTest', 'PrivateTest', 'dev', 'other'].map(splitOfCell)).toEqual([
      ...['train', 'validation', 'test', 'validation'],
      null,
    ]);
  });
});
