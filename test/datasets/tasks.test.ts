// What an image can stand for: several labels, or numbers; in every format that can say it.
import type { DatasetOptions } from '@trainyard/contracts';
import { openPacked } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import {
  buildIdxZip,
  buildImageFolderZip,
  buildZip,
  encodeNpy,
  encodeParquet,
  encodePng,
  type NpyArray,
  type ParquetColumn,
} from '../fixtures/index.js';
import { createTestStore, ingest, readStored } from './store.js';

const COUNT = 12;
const SIDE = 4;
const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });
const numbers = Array.from({ length: COUNT }, (_, index) => index);
/** Grey, each another one. */
const pixelsOf = (index: number) => Array.from({ length: SIDE * SIDE }, (_, place) => (index * 41 + place * 29) % 256);
const pngs = numbers.map((index) =>
  encodePng({ width: SIDE, height: SIDE, channels: 1, pixels: Uint8Array.from(pixelsOf(index)) }),
);

/** In turn: a and b, none, b, a. */
const sets = numbers.map((index) => [['a', 'b'], [], ['b'], ['a']][index % 4]);
const indices = sets.map((set) => set.map((name) => ['a', 'b'].indexOf(name)));
const marks = sets.map((set) => ['a', 'b'].map((name) => Number(set.includes(name))));
const values = numbers.map((index) => [index + 0.25, 1000 - index]);

async function read(archive: Uint8Array, options: DatasetOptions = {}) {
  const store = createTestStore();
  const dataset = await ingest(store, archive, { options: { split: { train: 1 }, ...options } });
  const { samples, skipped } = await readStored(store);
  const { task, classes, targets } = dataset;
  return { store, dataset, found: { task, classes, targets }, labels: samples.map(({ label }) => label), skipped };
}

const text = (rows: readonly (readonly unknown[])[]) => Buffer.from(rows.map((row) => `${row.join(',')}\n`).join(''));

/** The images in one folder, and a table that names them. */
function beside(header: string[], cells: (index: number) => unknown[]): Promise<Buffer> {
  const images = pngs.map((bytes, index) => ({ path: `images/${index}.png`, bytes }));
  const rows = numbers.map((index) => [`${index}.png`, ...cells(index)]);
  return buildZip([...images, { path: 'table.csv', bytes: text([['file', ...header], ...rows]) }]);
}

const pixelNames = Array.from({ length: SIDE * SIDE }, (_, place) => `pixel${place}`);
const pixelTable = (header: string[], cells: (index: number) => unknown[]) =>
  text([[...header, ...pixelNames], ...numbers.map((index) => [...cells(index), ...pixelsOf(index)])]);

function arrays(y: Omit<NpyArray, 'fortranOrder'>): Promise<Buffer> {
  const x = { descr: '|u1', shape: [COUNT, SIDE, SIDE], values: numbers.flatMap(pixelsOf) };
  return buildZip([
    { path: 'x.npy', bytes: encodeNpy(x) },
    { path: 'y.npy', bytes: encodeNpy(y) },
  ]);
}

const parquetOf = (label: ParquetColumn, metadata: Record<string, string> = {}) =>
  encodeParquet({ columns: [{ name: 'image', type: 'image', values: pngs }, label], metadata });

const feature = (label: unknown) => ({
  huggingface: JSON.stringify({ info: { features: { image: { _type: 'Image' }, label } } }),
});
const classLabel = { names: ['sea', 'sky'], _type: 'ClassLabel' };

const LABELS = { task: 'multilabel', classes: ['a', 'b'], targets: null };

describe('several labels an image', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, DatasetOptions]>([
    ['a cell with a bar', () => beside(['label'], (i) => [sets[i].join('|')]), {}],
    ['a quoted cell with commas', () => beside(['tags'], (i) => [`"${sets[i].join(', ')}"`]), {}],
    ['a separator that the options name', () => beside(['kind'], (i) => [sets[i].join('+')]), { label_separator: '+' }],
    ['columns of 0 and 1', () => beside(['a', 'b'], (i) => marks[i]), {}],
    ['columns of -1 and 1', () => beside(['a', 'b'], (i) => marks[i].map((mark) => 2 * mark - 1)), {}],
    [
      'columns that the options name',
      () => beside(['note', 'a', 'b'], (i) => ['x', ...marks[i]]),
      { label_columns: ['a', 'b'] },
    ],
    [
      'columns of yes and no',
      () => beside(['a', 'b'], (i) => marks[i].map((mark) => (mark ? 'yes' : 'No'))),
      { label_columns: ['a', 'b'] },
    ],
    ['a cell beside pixels', () => pixelTable(['label'], (i) => [sets[i].join(';')]), {}],
    ['columns beside pixels', () => pixelTable(['a', 'b'], (i) => marks[i]), { label_columns: ['a', 'b'] }],
    ['a list of texts in Parquet', () => parquetOf({ name: 'tags', type: 'texts', values: sets }), {}],
  ])('are read from %s', async (_, archive, options) => {
    const { store, dataset, found, labels } = await read(await archive(), options);
    expect(found).toEqual(LABELS);
    expect(labels).toEqual(indices);
    expect(dataset.counts.train).toEqual({ total: COUNT, classes: { a: 6, b: 6 } });
    const packed = await openPacked(store, 'ds_1', { ...dataset.image, fit: 'cover' });
    expect(packed).toMatchObject(LABELS);
    expect(packed.splits.train.labels).toEqual(Float32Array.from(marks.flat()));
    await packed.close();
  });

  it('are numbered where an array or a list has no names for them', async () => {
    const bits = await read(await arrays({ descr: '|u1', shape: [COUNT, 2], values: marks.flat() }));
    expect(bits.found).toEqual({ ...LABELS, classes: ['0', '1'] });
    expect(bits.labels).toEqual(indices);
    const lists = await read(parquetOf({ name: 'label', type: 'list', values: indices }));
    expect(lists.found).toEqual({ ...LABELS, classes: ['0', '1'] });
    expect(lists.labels).toEqual(indices);
  });

  it.each([
    ['Sequence', { feature: classLabel, length: -1, _type: 'Sequence' }],
    ['List', { feature: classLabel, length: -1, _type: 'List' }],
    ['a list', [classLabel]],
  ])("have the names of Hugging Face's metadata, of %s", async (_, label) => {
    const file = parquetOf({ name: 'label', type: 'list', values: indices }, feature(label));
    const { found, labels } = await read(file);
    expect(found).toEqual({ ...LABELS, classes: ['sea', 'sky'] });
    expect(labels).toEqual(indices);
  });

  it('need not all be there, but one has to be', async () => {
    const rare = (index: number) => [...marks[index], 0];
    const { found, labels } = await read(await beside(['a', 'b', 'c'], rare));
    expect(found).toEqual({ ...LABELS, classes: ['a', 'b', 'c'] });
    expect(labels).toEqual(indices);
    const none = read(await beside(['a', 'b'], () => [0, 0]), { label_columns: ['a', 'b'] });
    await expect(none).rejects.toMatchObject(invalid(/No image has a label/));
  });

  it('are one each where that is asked for', async () => {
    const folders = await buildImageFolderZip({ classes: ['cat', 'dog'], perClass: 6, size: SIDE });
    const { found, labels } = await read(folders, { task: 'multilabel' });
    expect(found).toEqual({ ...LABELS, classes: ['cat', 'dog'] });
    expect(labels.flat().sort()).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  it('are added to as such, also where each image that is added has one', async () => {
    const store = createTestStore();
    await ingest(store, await beside(['tags'], (i) => [sets[i].join('|')]));
    const more = pngs.map((_, index) => ({
      path: `new/${index}.png`,
      bytes: encodePng({ width: SIDE, height: SIDE, channels: 1, pixels: Uint8Array.from(pixelsOf(index + 100)) }),
    }));
    const table = {
      path: 'new.csv',
      bytes: text([['file', 'tags'], ...numbers.map((i) => [`${i}.png`, 'bc'[i % 2]])]),
    };
    const added = await ingest(store, await buildZip([...more, table]), { datasetId: 'ds_2', parentId: 'ds_1' });
    expect(added).toMatchObject({ task: 'multilabel', classes: ['a', 'b', 'c'], counts: { total: 2 * COUNT } });
  });
});

const TARGETS = { task: 'regression', classes: [] };

describe('numbers', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, DatasetOptions, string]>([
    ['fractions in a cell', () => beside(['label'], (i) => [values[i][0]]), {}, 'label'],
    ['fractions beside pixels', () => pixelTable(['age'], (i) => [values[i][0]]), { label_column: 'age' }, 'age'],
    [
      'an array of fractions',
      () => arrays({ descr: '<f4', shape: [COUNT], values: values.map(([v]) => v) }),
      {},
      'target',
    ],
    [
      'a column of fractions in Parquet',
      () => parquetOf({ name: 'age', type: 'double', values: values.map(([v]) => v) }),
      {},
      'age',
    ],
  ])('are read from %s', async (_, archive, options, target) => {
    const { found, labels } = await read(await archive(), options);
    expect(found).toEqual({ ...TARGETS, targets: [target] });
    expect(labels).toEqual(values.map(([value]) => [value]));
  });

  it.each<[string, () => Uint8Array | Promise<Uint8Array>, DatasetOptions, string[]]>([
    ['columns', () => beside(['n', 'x', 'y'], (i) => [i, ...values[i]]), { label_columns: ['x', 'y'] }, ['x', 'y']],
    [
      'columns beside pixels',
      () => pixelTable(['x', 'y'], (i) => values[i]),
      { label_columns: ['x', 'y'] },
      ['x', 'y'],
    ],
    [
      'an array',
      () => arrays({ descr: '<f8', shape: [COUNT, 2], values: values.flat() }),
      {},
      ['target_0', 'target_1'],
    ],
    ['lists', () => parquetOf({ name: 'spot', type: 'doubles', values }), {}, ['spot_0', 'spot_1']],
  ])('are several from %s', async (_, archive, options, targets) => {
    const { store, dataset, found, labels } = await read(await archive(), options);
    expect(found).toEqual({ ...TARGETS, targets });
    expect(labels).toEqual(values);
    expect(dataset.stats.targets?.mean).toEqual([5.75, 994.5]);
    expect(dataset.counts.train).toEqual({ total: COUNT, classes: {} });
    const packed = await openPacked(store, 'ds_1', { ...dataset.image, fit: 'cover' });
    expect(packed.splits.train.labels).toEqual(Float32Array.from(values.flat()));
    await packed.close();
  });

  it('are whole ones where that is asked for', async () => {
    const counted = [
      read(await beside(['label'], (i) => [i]), { task: 'regression' }),
      read(await arrays({ descr: '<i8', shape: [COUNT], values: numbers }), { task: 'regression' }),
      read(await buildIdxZip(), { task: 'regression' }),
    ];
    for (const { found } of await Promise.all(counted)) expect(found).toMatchObject(TARGETS);
    expect((await counted[0]).labels).toEqual(numbers.map((number) => [number]));
  });

  it('lose images without one, which are listed', async () => {
    const { found, labels, skipped } = await read(await beside(['label'], (i) => [i === 3 ? 'n/a' : i + 0.5]));
    expect(found.task).toBe('regression');
    expect(labels).toHaveLength(COUNT - 1);
    expect(skipped).toEqual([{ file: 'images/3.png', reason: 'it has no number for its label', code: 'no_label' }]);
  });
});

describe('options that contradict the labels are refused with a remedy', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, DatasetOptions, RegExp]>([
    [
      'numbers for classes',
      () => beside(['label'], (i) => [values[i][0]]),
      { task: 'multiclass' },
      /fraction.*options.task to "regression"/,
    ],
    [
      'names for numbers',
      () => buildImageFolderZip({ classes: ['cat', 'dog'], perClass: 2, size: SIDE }),
      { task: 'regression' },
      /"cat" is not a number.*leave options.task out/,
    ],
    [
      'several for one',
      () => arrays({ descr: '|u1', shape: [COUNT, 2], values: marks.flat() }),
      { task: 'multiclass' },
      /has 2 classes.*options.task to "multilabel"/,
    ],
    [
      'numbers for marks',
      () => beside(['x', 'y'], (i) => values[i]),
      { label_columns: ['x', 'y'], task: 'multilabel' },
      /0 or 1 for each label.*"regression"/,
    ],
    [
      'two ways to name columns',
      () => beside(['x', 'y'], (i) => values[i]),
      { label_columns: ['x', 'y'], label_column: 'x' },
      /both given. Keep one/,
    ],
    [
      'a column that is not there',
      () => beside(['x', 'y'], (i) => values[i]),
      { label_columns: ['x', 'z'] },
      /options.label_columns is "z". The columns are "file", "x", "y"/,
    ],
  ])('%s', async (_, archive, options, detail) => {
    const ingesting = ingest(createTestStore(), await archive(), { options });
    await expect(ingesting).rejects.toMatchObject(invalid(detail));
  });
});
