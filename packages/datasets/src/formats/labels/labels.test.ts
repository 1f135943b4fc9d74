import { describe, expect, it } from 'vitest';
import { labelText } from '../labels.js';
import type { AskedLabels, FoundLabels, LabelledListing } from './found-labels.js';
import { ListLabels } from './list-labels.js';
import { finishRows } from './number-rows.js';
import { TextLabels } from './text-labels.js';

/** The images that are left, by their places, with what was found. */
function outcome(listing: LabelledListing, found: FoundLabels) {
  return { ...found, labels: Object.fromEntries(listing.samples.map(({ index, label }) => [index, label])) };
}

function place(index: number) {
  return { source: 'labels.csv', index };
}

function ofCells(cells: readonly string[], asked: AskedLabels = {}) {
  const labels = new TextLabels();
  const samples = cells.map((cell, index) => ({ ...place(index), label: labels.add(labelText(cell)) }));
  const listing: LabelledListing = { samples, skipped: [] };
  const found = labels.finish(listing, asked);
  return { ...outcome(listing, found), skipped: listing.skipped };
}

function ofRows(rows: number[][], columns: string[], asked: AskedLabels = {}) {
  const listing: LabelledListing = { samples: rows.map((label, index) => ({ ...place(index), label })), skipped: [] };
  const found = finishRows(listing, columns, asked);
  return { ...outcome(listing, found), skipped: listing.skipped };
}

function ofLists(lists: (string | number)[][], asked: AskedLabels = {}) {
  const labels = new ListLabels();
  const samples = lists.map((list, index) => ({ ...place(index), label: labels.add(list) }));
  const listing: LabelledListing = { samples, skipped: [] };
  return outcome(listing, labels.finish(listing, asked));
}

const NO_LABEL = { file: 'labels.csv, item 2', code: 'no_label' };

describe('labels in cells', () => {
  it('are classes in the order of their letters or numbers, and images without one are skipped', () => {
    const named = ofCells(['dog', '', 'cat', 'dog']);
    expect(named).toMatchObject({ task: 'multiclass', classes: ['cat', 'dog'], targets: null });
    expect(named).toMatchObject({ labels: { 0: 1, 2: 0, 3: 1 }, skipped: [NO_LABEL] });
    expect(ofCells(['10', '9', '1.0']).classes).toEqual(['1', '9', '10']);
    expect(ofCells(['1', '0'], { names: ['no', 'yes'] }).classes).toEqual(['no', 'yes']);
  });

  it('are numbers where some have a fraction', () => {
    const found = ofCells(['0.5', '', '2', '-1e-3', 'N/A'], { targets: ['age'] });
    expect(found).toMatchObject({ task: 'regression', classes: [], targets: ['age'] });
    expect(found.labels).toEqual({ 0: [0.5], 2: [2], 3: [-0.001] });
    expect(found.skipped.map(({ file }) => file)).toEqual(['labels.csv, item 2', 'labels.csv, item 5']);
    expect(ofCells(['0,5', '12,25']).labels).toEqual({ 0: [0.5], 1: [12.25] });
  });

  it('are what is asked for', () => {
    expect(ofCells(['3', '4'], { task: 'regression' })).toMatchObject({
      targets: ['target'],
      labels: { 0: [3], 1: [4] },
    });
    expect(ofCells(['a|b', 'b'], { task: 'multiclass' }).classes).toEqual(['a|b', 'b']);
    expect(ofCells(['a', 'b'], { task: 'multilabel' })).toMatchObject({
      task: 'multilabel',
      labels: { 0: [0], 1: [1] },
    });
    expect(ofCells(['a/b', 'b'], { separator: '/' })).toMatchObject({ task: 'multilabel', classes: ['a', 'b'] });
  });

  it.each([
    ['a bar', ['b|a', '', 'c', 'b']],
    ['a bar and spaces', ['b | a', ' ', 'c', 'b|b']],
    ['a semicolon', ['b;a', '', 'c;a', 'b', 'c']],
    ['a comma', ['b, a', '', 'c', 'b', 'a,c']],
    ['a list of Python', ["['b', 'a']", '[]', '["c"]', '[b]']],
    ['a space', ['b a', '', 'c', 'b', 'a c', 'b c', 'a']],
  ])('are several labels of an image with %s between them, and then none is no fault', (_, cells) => {
    const found = ofCells(cells);
    expect(found).toMatchObject({ task: 'multilabel', classes: ['a', 'b', 'c'], targets: null, skipped: [] });
    expect(found.labels).toMatchObject({ 0: [0, 1], 1: [] });
  });

  it.each([
    ['commas', ['tench, Tinca tinca', 'goldfish, Carassius auratus', 'great white shark, white shark']],
    ['spaces', ['red rose', 'white rose', 'red tulip', 'white tulip', 'daisy']],
    ['semicolons', ['lung; left', 'liver']],
  ])('are names where %s in them say nothing of several', (_, cells) => {
    expect(ofCells(cells)).toMatchObject({ task: 'multiclass', classes: [...cells].sort() });
  });

  it('are refused with a remedy where they are not what is asked for', () => {
    expect(() => ofCells(['0.5', 'cat'])).toThrow(/label 0.5 is a fraction.*options.task to "regression"/);
    expect(() => ofCells(['1', 'cat'], { task: 'regression' })).toThrow(/"cat" is not a number.*options.label_column/);
    expect(() => ofCells(['a\u0007', 'b'])).toThrow(/control character/);
    expect(() => ofCells(['0.5', '1e39'])).toThrow(/1e\+39 is too large.*Scale/);
  });
});

describe('labels in rows of numbers', () => {
  const [a, b, c] = ['a', 'b', 'c'];

  it('are a class where each row has a single one', () => {
    const found = ofRows(
      [
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 1],
      ],
      [a, b, c],
    );
    expect(found).toMatchObject({ task: 'multiclass', classes: ['a', 'c'], labels: { 0: 1, 1: 0, 2: 1 } });
  });

  it.each([[0], [-1]])('are labels where each number is 1 or %i', (no) => {
    const found = ofRows(
      [
        [1, 1, no],
        [no, no, no],
        [no, 1, no],
      ],
      [b, a, c],
    );
    expect(found).toMatchObject({ task: 'multilabel', classes: ['b', 'a', 'c'], labels: { 0: [0, 1], 1: [], 2: [1] } });
    expect(ofRows([[1], [no]], [a])).toMatchObject({ task: 'multilabel', classes: ['a'], labels: { 0: [0], 1: [] } });
  });

  it('are targets where they are other numbers, and images without all of them are skipped', () => {
    const found = ofRows(
      [
        [0, 2.5],
        [Number.NaN, 1],
        [1, 1],
      ],
      ['x', 'y'],
    );
    expect(found).toMatchObject({ task: 'regression', targets: ['x', 'y'], labels: { 0: [0, 2.5], 2: [1, 1] } });
    expect(found.skipped).toMatchObject([NO_LABEL]);
  });

  it('are what is asked for', () => {
    expect(
      ofRows(
        [
          [0, 1],
          [1, 0],
        ],
        [a, b],
        { task: 'multilabel' },
      ).labels,
    ).toEqual({ 0: [1], 1: [0] });
    expect(
      ofRows(
        [
          [0, 1],
          [1, 0],
        ],
        [a, b],
        { task: 'regression' },
      ).labels,
    ).toEqual({ 0: [0, 1], 1: [1, 0] });
  });

  it('are refused with a remedy where they are not', () => {
    expect(() =>
      ofRows(
        [
          [0, 1],
          [1, 1],
        ],
        [a, b],
        { task: 'multiclass' },
      ),
    ).toThrow(/item 2 has 2 classes.*"multilabel"/);
    expect(() =>
      ofRows(
        [
          [0, 1],
          [0, 3],
        ],
        [a, b],
        { task: 'multilabel' },
      ),
    ).toThrow(/item 2 has 3 for "b".*"regression"/);
    expect(() =>
      ofRows(
        [
          [0, 1],
          [1, 1],
        ],
        [a, a],
      ),
    ).toThrow(/Two labels have the name "a"/);
  });
});

describe('labels in lists', () => {
  it('are names of labels, or their numbers', () => {
    const found = ofLists([['b', 'a'], [], ['c']]);
    expect(found).toMatchObject({ task: 'multilabel', classes: ['a', 'b', 'c'], labels: { 0: [0, 1], 1: [], 2: [2] } });
    const named = ofLists(
      [
        [0, 1],
        [1, 2],
      ],
      { names: ['x', 'y', 'z'] },
    );
    expect(named).toMatchObject({ task: 'multilabel', classes: ['x', 'y', 'z'], labels: { 0: [0, 1], 1: [1, 2] } });
  });

  it('are rows where they cannot be numbers of labels', () => {
    expect(
      ofLists([
        [0, 0, 1],
        [1, 1, 0],
      ]),
    ).toMatchObject({ task: 'multilabel', labels: { 0: [2], 1: [0, 1] } });
    expect(ofLists([[0.5, 3], [1, 1.5], []])).toMatchObject({
      task: 'regression',
      targets: ['target_0', 'target_1'],
      labels: { 0: [0.5, 3], 1: [1, 1.5] },
    });
    expect(
      ofLists(
        [
          [5, 3],
          [1, 2],
        ],
        { task: 'regression' },
      ).labels,
    ).toEqual({ 0: [5, 3], 1: [1, 2] });
  });

  it('are classes where that is asked for and each has one', () => {
    expect(ofLists([['b'], ['a']], { task: 'multiclass' })).toMatchObject({
      task: 'multiclass',
      labels: { 0: 1, 1: 0 },
    });
    expect(() => ofLists([['b', 'a']], { task: 'multiclass' })).toThrow(/has 2 labels.*"multilabel"/);
    expect(() => ofLists([['b', 'a']], { task: 'regression' })).toThrow(/as many numbers/);
  });
});
