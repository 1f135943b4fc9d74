import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { packDataset } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildZip, encodePng, patternImage, type ZipContent } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { packedImages } from './pixels.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });
const split = { train: 1 };
const allTrain = { options: { split } };

/** Grey images of 3x3: a border of zeros at the first and the last pixel, so that only the label is no constant. */
const COUNT = 12;
const labels = Array.from({ length: COUNT }, (_, index) => index % 3);
const pixel = (image: number, place: number) => (place === 0 || place === 8 ? 0 : (image * 41 + place * 29) % 256);
const pixels = labels.map((_, image) => Array.from({ length: 9 }, (_, place) => pixel(image, place)));
const lines = (rows: readonly (readonly unknown[])[], delimiter = ',') =>
  Buffer.from(rows.map((row) => `${row.join(delimiter)}\n`).join(''));
const labelFirst = labels.map((label, image) => [label, ...pixels[image]]);
const labelLast = labels.map((label, image) => [...pixels[image], label]);
const names = Array.from({ length: 9 }, (_, place) => `pixel${place}`);
const image = { width: 3, height: 3, channels: 1 } as const;

describe('tables of pixels', () => {
  it.each<[string, Buffer, object]>([
    ['the label first', lines(labelFirst), {}],
    ['the label last', lines(labelLast), {}],
    ['names and the label first', lines([['label', ...names], ...labelFirst]), {}],
    ['names and a class column last', lines([[...names, 'Class'], ...labelLast]), {}],
    ['names as scikit-learn has them', lines([[...Array(9).keys(), 'target'], ...labelLast]), {}],
    ['a label column of an unknown name', lines([['digit', ...names], ...labelFirst]), {}],
    ['the number of the row before', lines([['', 'label', ...names], ...labelFirst.map((r, i) => [i, ...r])]), {}],
    ['a column that the options name', lines([['a', ...names], ...labelFirst]), { label_column: 'a' }],
    ['a place that the options name', lines(labelLast), { label_column: '-1' }],
    ['semicolons', lines(labelFirst, ';'), {}],
    ['tabs', lines(labelFirst, '\t'), {}],
    ['quotes', lines(labelFirst.map((row) => row.map((cell) => `"${cell}"`))), {}],
    ['the line ends of Windows and a byte order mark', crlf(labelFirst), {}],
    ['no line end at the end', lines(labelLast).subarray(0, -1), {}],
    ['gzip around it', gzipSync(lines(labelLast)), {}],
    ['fractions that are whole', lines(labelFirst.map((row) => row.map((cell) => `${cell}.0`))), {}],
    ['all pixels in one column', lines([['digit', 'pixels'], ...labels.map((l, i) => [l, pixels[i].join(' ')])]), {}],
  ])('are packed with the pixels and labels of the rows: %s', async (_, table, options) => {
    const store = createTestStore();
    const { format, classes, image: size } = await ingest(store, table, { options: { split, ...options } });
    expect([format, classes, size]).toEqual(['csv', ['0', '1', '2'], image]);
    const images = await packedImages(store, image);
    expect(images.map(({ label }) => label)).toEqual(labels);
    expect(images.map((one) => one.pixels)).toEqual(pixels);
  });

  it('have names for labels, and are in any file of an archive that says of which split it is', async () => {
    const store = createTestStore();
    const named = labelFirst.map(([label, ...rest]) => [['zebra', '"ant, red"', 'bee'][label], ...rest]);
    const contents = [
      { path: 'animals/mnist_train.csv', bytes: lines(named) },
      { path: 'animals/mnist_test.csv.gz', bytes: gzipSync(lines(named)) },
      { path: 'animals/README.md', bytes: Buffer.from('hello') },
    ];
    const { classes, counts } = await ingest(store, await buildZip(contents), {
      options: { split: { validation: 0 } },
    });
    expect(classes).toEqual(['ant, red', 'bee', 'zebra']);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([COUNT, 0, COUNT]);
    const { skipped } = await readStored(store);
    expect(skipped).toEqual([{ file: 'animals/README.md', reason: 'it is no table', code: 'unused_file' }]);
  });

  it('keep the split that a column says, also in the words of FER2013', async () => {
    const usage = ['Training', 'PublicTest', 'PrivateTest'];
    const rows = pixels.map((values, index) => [Math.floor(index / 3) % 2, values.join(' '), usage[index % 3]]);
    const table = lines([['emotion', 'pixels', 'Usage'], ...rows]);
    const { classes, counts } = await ingest(createTestStore(), table);
    expect(classes).toEqual(['0', '1']);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([4, 4, 4]);
  });

  it('are RGB where there are three numbers for each pixel, and of the size that the options say', async () => {
    const store = createTestStore();
    const rows = labels.map((label) => [label, ...Array.from({ length: 18 }, (_, place) => place * 10 + label)]);
    const options = { split, image: { width: 3, height: 2 } };
    expect((await ingest(store, lines(rows), { options })).image).toEqual({ width: 3, height: 2, channels: 3 });
    const [first] = await packedImages(store, { width: 3, height: 2, channels: 3 });
    expect(first.pixels.slice(0, 6)).toEqual([0, 30, 60, 90, 120, 150]);
    const larger = await packDataset(store, 'ds_1', { width: 6, height: 4, channels: 1, fit: 'cover' });
    expect(larger.splits.train.count).toBe(COUNT);
    await larger.close();
  });

  it('lose the rows that are no image, which are listed, and keep the others', async () => {
    const store = createTestStore();
    const rows: unknown[][] = labelFirst.map((row) => [...row]);
    rows[1] = rows[1].slice(0, 5);
    rows[4][3] = 'x';
    rows[5][0] = '';
    rows[7][2] = '';
    await ingest(store, lines(rows), { options: { split, label_column: '0', max_skipped: 0.3 } });
    const { skipped, samples } = await readStored(store);
    expect(skipped).toEqual([
      { file: 'upload.csv, item 2', reason: 'it has 5 fields; expected 10', code: 'bad_row' },
      { file: 'upload.csv, item 5', reason: 'its pixel 3 is not a number', code: 'bad_row' },
      { file: 'upload.csv, item 8', reason: 'its pixel 2 is not a number', code: 'bad_row' },
      { file: 'upload.csv, item 6', reason: 'it has no label', code: 'no_label' },
    ]);
    const kept = [0, 2, 3, 6, 8, 9, 10, 11];
    expect(samples.map(({ index }) => index)).toEqual(kept);
    const images = await packedImages(store, image);
    expect(images.map((one) => one.pixels)).toEqual(kept.map((index) => pixels[index]));
  });

  it('skip a file without labels beside one that has them', async () => {
    const store = createTestStore();
    const contents = [
      { path: 'test.csv', bytes: lines([names, ...pixels]) },
      { path: 'train.csv', bytes: lines([['label', ...names], ...labelFirst]) },
    ];
    const { counts } = await ingest(store, await buildZip(contents), allTrain);
    expect(counts.total).toBe(COUNT);
    const { skipped } = await readStored(store);
    expect(skipped.map(({ file }) => file)).toEqual(['test.csv']);
  });

  it('of digits and of MNIST are read whole', async (context) => {
    const digits = await ingest(createTestStore(), readFileSync(sharedData(context, 'formats/digits.csv.gz')));
    expect([digits.counts.total, digits.image, digits.classes.length]).toEqual([
      1797,
      { width: 8, height: 8, channels: 1 },
      10,
    ]);
    const store = createTestStore();
    const train = readFileSync(sharedData(context, 'formats/mnist_train_100.csv'));
    const test = readFileSync(sharedData(context, 'formats/mnist_test_10.csv'));
    const contents = [
      { path: 'mnist_train_100.csv', bytes: train },
      { path: 'mnist_test_10.csv', bytes: test },
    ];
    const { image: size, counts } = await ingest(store, await buildZip(contents));
    expect(size).toEqual({ width: 28, height: 28, channels: 1 });
    expect([counts.train.total + counts.validation.total, counts.test.total]).toEqual([100, 10]);
    const [label, ...values] = test.toString().split('\n')[0].split(',').map(Number);
    const [first] = await packedImages(store, { width: 28, height: 28, channels: 1 }, 'test');
    expect(first).toEqual({ label, pixels: values });
  });
});

describe('tables beside images', () => {
  const picture = (index: number, classIndex: number) =>
    encodePng({
      ...{ width: 8, height: 8, channels: 3 },
      pixels: patternImage({ classIndex, classes: 2, width: 8, height: 8, channels: 3, seed: index }),
    });
  const pictures: ZipContent[] = Array.from({ length: 10 }, (_, index) => ({
    path: `data/images/im${index}.png`,
    bytes: picture(index, index % 2),
  }));
  const kinds = ['cat', 'dog'];
  const table = (rows: unknown[][], path = 'data/labels.csv') => ({ path, bytes: lines(rows) });

  it.each<[string, unknown[][]]>([
    ['names', [['file', 'label'], ...pictures.map((_, i) => [`im${i}.png`, kinds[i % 2]])]],
    ['paths', [['path', 'split', 'class'], ...pictures.map((_, i) => [`images/im${i}.png`, '', kinds[i % 2]])]],
    ['names without extension', [['id', 'breed'], ...pictures.map((_, i) => [`im${i}`, kinds[i % 2]])]],
    ["another machine's paths", [['f', 'label'], ...pictures.map((_, i) => [`C:\\x\\im${i}.png`, kinds[i % 2]])]],
    ['no names of columns', pictures.map((_, i) => [`im${i}.png`, kinds[i % 2]])],
  ])('name them by %s', async (_, rows) => {
    const store = createTestStore();
    const { format, classes } = await ingest(store, await buildZip([...pictures, table(rows)]), {
      ...allTrain,
      format: 'csv',
    });
    expect([format, classes]).toEqual(['csv', kinds]);
    const { samples, skipped } = await readStored(store);
    expect(samples.map(({ source, label }) => [source, label])).toEqual(
      pictures.map(({ path }, index) => [path, index % 2]),
    );
    expect(skipped).toEqual([]);
  });

  it('are found without being named, and are what counts where folders could be classes', async () => {
    const inFolders = pictures.map((content, index) => ({ ...content, path: `f${index % 5}/im${index}.png` }));
    const rows = [['file', 'label'], ...pictures.map((_, i) => [`im${i}.png`, kinds[i % 2]])];
    const { format, classes } = await ingest(createTestStore(), await buildZip([...inFolders, table(rows)]), allTrain);
    expect([format, classes]).toEqual(['csv', kinds]);
    const noLabels = [['file', 'size'], ...pictures.map((_, i) => [`im${i}.png`, 7])];
    const folders = await ingest(createTestStore(), await buildZip([...inFolders, table(noLabels)]), allTrain);
    expect([folders.format, folders.classes.length]).toEqual(['image_folder', 5]);
  });

  it('keep the splits of two tables, and find the image of a name in the folder of the split', async () => {
    const store = createTestStore();
    const both = ['train', 'test'].flatMap((part, p) =>
      Array.from({ length: 4 }, (_, i) => ({ path: `${part}/im${i}.png`, bytes: picture(i + 10 * p, i % 2) })),
    );
    const rows = [['file', 'label'], ...[0, 1, 2, 3].map((i) => [`im${i}.png`, kinds[i % 2]])];
    const tables = [table(rows, 'train.csv'), table(rows, 'test.csv')];
    const { counts } = await ingest(store, await buildZip([...both, ...tables]), {
      options: { split: { validation: 0 } },
    });
    expect([counts.train.total, counts.test.total]).toEqual([4, 4]);
  });

  it('list what they do not name, what is not there, what is named twice and what does not decode', async () => {
    const store = createTestStore();
    const rows = [['file', 'label'], ...pictures.slice(0, 9).map((_, i) => [`im${i}.png`, kinds[i % 2]])];
    rows.push(['gone.png', 'cat'], ['im0.png', 'dog'], ['im9.png', '']);
    const contents = pictures.map((content, i) => (i === 5 ? { ...content, bytes: Buffer.from('no image') } : content));
    const options = { ...allTrain.options, max_skipped: 0.2 };
    const notes = { path: 'data/notes.txt', bytes: Buffer.from('shot in May') };
    await ingest(store, await buildZip([...contents, notes, table(rows)]), { options });
    const { skipped } = await readStored(store);
    expect(skipped).toEqual([
      {
        file: 'data/labels.csv, item 10',
        reason: '"gone.png": there is no such image in the archive',
        code: 'no_such_image',
      },
      { file: 'data/labels.csv, item 11', reason: '"data/images/im0.png" was named before', code: 'named_again' },
      { file: 'data/images/im9.png', reason: 'it has no label', code: 'no_label' },
      { file: 'data/notes.txt', reason: 'no row of a table names it', code: 'unused_file' },
      { file: 'data/images/im5.png', reason: expect.stringMatching(/cannot be read/), code: 'unreadable_image' },
    ]);
  });

  it('ask which column is meant where they do not say it', async () => {
    const rows = [['file', 'colour', 'shape'], ...pictures.map((_, i) => [`im${i}.png`, kinds[i % 2], 'round'])];
    const archive = await buildZip([...pictures, table(rows)]);
    await expect(ingest(createTestStore(), archive, { format: 'csv' })).rejects.toMatchObject(
      invalid(
        /which column holds the labels. The columns are "file", "colour", "shape". Name it in options.label_column/,
      ),
    );
    const options = { split, label_column: 'colour' };
    const { classes } = await ingest(createTestStore(), archive, { format: 'csv', options });
    expect(classes).toEqual(kinds);
  });
});

describe('tables that cannot be used say why and leave nothing behind', () => {
  const wide = Array.from({ length: 30 }, (_, row) => [row % 7, ...Array.from({ length: 9 }, () => row * 2), row % 7]);
  it.each<[string, Uint8Array, RegExp, object?]>([
    ['labels on either side', lines(wide), /which column holds the labels/],
    [
      'rows of no shape',
      lines(labels.map((l) => [l, 1, 2, 3, 4, 0])),
      /5 numbers for each image/,
      { label_column: '0' },
    ],
    ['a column that is not there', lines(labelFirst), /"colour". There are 10 columns/, { label_column: 'colour' }],
    [
      'labels that are fractions',
      lines(labelFirst.map(([l, ...p]) => [l + 0.5, ...p])),
      /fraction, which no class can be/,
      { label_column: '0', task: 'multiclass' },
    ],
    [
      'numbers of no range',
      lines(labelFirst.map(([l, ...p]) => [l, ...p.map((v) => v - 70)])),
      /from -70 to/,
      { label_column: '0' },
    ],
    ['one label', lines(pixels.map((p) => ['a', ...p])), /one class only \("a"\)/],
    ['names alone', lines([['label', ...names]]), /has no row of data/],
    ['a quote that stays open', lines([...labelFirst, ['"1', ...pixels[0]], ...labelFirst]), /opened and not closed/],
    [
      'bytes that are no text',
      Buffer.concat([lines(labelFirst), Buffer.from([0xff, 0xfe, 0x2c])]),
      /is not text in UTF-8/,
    ],
  ])('%s', async (_, table, detail, options = {}) => {
    const store = createTestStore();
    await expect(ingest(store, table, { options })).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });

  it('gzip data that are cut short', async () => {
    const store = createTestStore();
    const noise = Array.from({ length: 400 }, (_, i) => [
      i % 3,
      ...Array.from({ length: 9 }, (_, p) => (i * i * p) % 251),
    ]);
    const cut = gzipSync(lines(noise)).subarray(0, -500);
    await expect(ingest(store, cut)).rejects.toMatchObject({ code: 'invalid_archive' });
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });
});

function crlf(rows: readonly (readonly unknown[])[]): Buffer {
  return Buffer.from(`\ufeff${rows.map((row) => `${row.join(',')}\r\n`).join('')}`);
}
