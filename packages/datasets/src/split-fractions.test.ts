import type { Split, SplitOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { divideTrain } from './split-fractions.js';

function divided(named: readonly Split[], options: SplitOptions = {}): number[] {
  const { train, validation, test } = divideTrain(new Set(named), options);
  return [train, validation, test].map((fraction) => Number(fraction.toFixed(6)));
}

describe('split fractions', () => {
  it.each<[string, SplitOptions, number[]]>([
    ['nothing', {}, [0.8, 0.1, 0.1]],
    ['all', { train: 0.6, validation: 0.3, test: 0.1 }, [0.6, 0.3, 0.1]],
    ['train', { train: 0.6 }, [0.6, 0.2, 0.2]],
    ['validation', { validation: 0.3 }, [0.6, 0.3, 0.1]],
    ['train and validation', { train: 0.7, validation: 0.3 }, [0.7, 0.3, 0]],
    ['a test part alone', { validation: 0, test: 0.5 }, [0.5, 0, 0.5]],
    ['everything for training', { train: 1 }, [1, 0, 0]],
  ])('divides into %s as asked, and fills in the rest', (_, options, expected) => {
    expect(divided([], options)).toEqual(expected);
    expect(divided(['train'], options)).toEqual(expected);
  });

  it('takes a tenth of the train images for validation where the archive has a test part', () => {
    expect(divided(['train', 'test'])).toEqual([0.9, 0.1, 0]);
    expect(divided(['train', 'test'], { validation: 0.2 })).toEqual([0.8, 0.2, 0]);
  });

  it('leaves the archive its own validation part, and takes one for test only where it is asked for', () => {
    expect(divided(['train', 'validation'])).toEqual([1, 0, 0]);
    expect(divided(['train', 'validation'], { test: 0.2 })).toEqual([0.8, 0, 0.2]);
    expect(divided(['train', 'validation', 'test'], { validation: 0.5 })).toEqual([1, 0, 0]);
  });

  it.each<SplitOptions>([
    { train: 0.9, validation: 0.2 },
    { train: 0.5, validation: 0.1, test: 0.1 },
    { validation: 0.5, test: 0.5 },
    { train: 0 },
  ])('refuses %j', (options) => {
    expect(() => divideTrain(new Set(), options)).toThrow(/options.split/);
  });
});
