import { describe, expect, it } from 'vitest';
import { type LabelledData, matchOutputs } from './match-outputs.js';

const animals: LabelledData = { task: 'multiclass', classes: ['cat', 'dog', 'owl'], targets: null };
const always = () => true;

describe('matchOutputs', () => {
  it('finds classes by their names, whatever their order, and needs not all of the model', () => {
    expect(matchOutputs(animals, { ...animals, classes: ['owl', 'cat'] }, always)).toEqual({ places: [2, 0] });
  });

  it('lets a class pass that the model does not have where no image is of it', () => {
    const data = { ...animals, classes: ['cat', 'yak'] };
    expect(matchOutputs(animals, data, (place) => place === 0)).toEqual({ places: [0, -1] });
    expect(matchOutputs(animals, data, always)).toEqual({
      mismatch: 'The data set has classes that the model does not have: "yak". It has "cat", "dog", "owl".',
    });
  });

  it('asks for the same labels and targets', () => {
    const labels = { ...animals, task: 'multilabel' as const };
    expect(matchOutputs(labels, { ...labels, classes: ['owl', 'cat', 'dog'] }, always)).toEqual({ places: [2, 0, 1] });
    expect(matchOutputs(labels, { ...labels, classes: ['owl', 'cat'] }, always)).toMatchObject({
      mismatch: expect.stringContaining('"dog"'),
    });
    const numbers: LabelledData = { task: 'regression', classes: [], targets: ['x', 'y'] };
    expect(matchOutputs(numbers, { ...numbers, targets: ['y', 'x'] }, always)).toEqual({ places: [1, 0] });
    expect(matchOutputs(numbers, { ...numbers, targets: ['x', 'y', 'z'] }, always)).toMatchObject({
      mismatch: expect.stringContaining('"z"'),
    });
  });

  it('says where the tasks differ', () => {
    expect(matchOutputs(animals, { ...animals, task: 'multilabel' }, always)).toMatchObject({
      mismatch: expect.stringContaining('multiclass'),
    });
  });
});
