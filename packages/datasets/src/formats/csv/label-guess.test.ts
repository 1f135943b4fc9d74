import { describe, expect, it } from 'vitest';
import { LabelGuess } from './label-guess.js';

function guess(first: readonly unknown[], last: readonly unknown[]) {
  const labels = new LabelGuess();
  first.forEach((value, index) => {
    labels.add(String(value), String(last[index]));
  });
  return labels.result();
}

const zeros = new Array(12).fill(0);
const classes = zeros.map((_, index) => index % 3);
const pixels = zeros.map((_, index) => (index * 37) % 256);

describe('the column of labels in a table without names', () => {
  it('is the one that has names', () => {
    expect(guess(['a', 'b', 'a'], [1, 2, 3])).toBe('first');
    expect(guess([1, 2, 3], ['a', 'b', 'a'])).toBe('last');
  });

  it('is not the one that is the same in every row', () => {
    expect(guess(zeros, classes)).toBe('last');
    expect(guess(classes, zeros)).toBe('first');
  });

  it('is the one that counts, from 0 or from 1', () => {
    expect(guess(pixels, classes)).toBe('last');
    expect(
      guess(
        classes.map((label) => label + 1),
        pixels,
      ),
    ).toBe('first');
  });

  it('is not the number of the row', () => {
    expect(guess([...zeros.keys()], classes)).toBe('last');
    expect(guess([...zeros.keys()], zeros)).toBeNull();
  });

  it('is not told where both could be it, or neither', () => {
    expect(guess(classes, classes)).toBeNull();
    expect(guess(pixels, pixels)).toBeNull();
    expect(guess(zeros, zeros)).toBeNull();
    expect(guess([], [])).toBeNull();
  });
});
