import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildZip, encodeNpy, type NpyArray, npyHeader, type ZipContent } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { packedImages } from './pixels.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });
const allTrain = { options: { split: { train: 1 } } };

/** Images of 3x2 whose bytes tell each of them from the others, and their labels. */
const COUNT = 12;
const grey = (place: number) => (place * 37 + 11) % 256;
const labels = Array.from({ length: COUNT }, (_, index) => index % 3);
const file = (name: string, array: NpyArray): ZipContent => ({ path: `${name}.npy`, bytes: encodeNpy(array) });
const numbers = (count: number, value: (place: number) => number) => Array.from({ length: count }, (_, p) => value(p));
const x = (array: Partial<NpyArray> = {}) =>
  file('x', { descr: '|u1', shape: [COUNT, 2, 3], values: numbers(COUNT * 6, grey), ...array });
const y = (array: Partial<NpyArray> = {}) => file('y', { descr: '<i8', shape: [COUNT], values: labels, ...array });
const image = { width: 3, height: 2, channels: 1 } as const;

describe('NumPy files', () => {
  it.each([
    ['stored', true],
    ['deflated', false],
  ])('are packed with the pixels and labels of the arrays (%s)', async (_, store) => {
    const target = createTestStore();
    const archive = await buildZip([x(), y()].map((content) => ({ ...content, store })));
    const { format, classes } = await ingest(target, archive, allTrain);
    expect([format, classes]).toEqual(['npz', ['0', '1', '2']]);
    const images = await packedImages(target, image);
    expect(images.map(({ label }) => label)).toEqual(labels);
    expect(images.flatMap(({ pixels }) => pixels)).toEqual(numbers(COUNT * 6, grey));
  });

  it.each(['|u1', '<u2', '>u2', '<i2', '<i4', '>i8', '<u8', '<f2', '>f4', '<f8'])(
    'are read the same whether their pixels are %s or bytes, in C and in Fortran order',
    async (descr) => {
      for (const fortranOrder of [false, true]) {
        const store = createTestStore();
        await ingest(store, await buildZip([x({ descr, fortranOrder }), y()]), allTrain);
        const images = await packedImages(store, image);
        expect(images.flatMap(({ pixels }) => pixels)).toEqual(numbers(COUNT * 6, grey));
      }
    },
  );

  it.each<[string, number[], (place: number) => number, boolean]>([
    ['(N, H, W, 3)', [COUNT, 2, 2, 3], (p) => p, false],
    ['(N, 3, H, W)', [COUNT, 3, 2, 2], (p) => 12 * Math.floor(p / 12) + 3 * (p % 4) + Math.floor((p % 12) / 4), false],
    ['(N, H, W, 3) in Fortran order', [COUNT, 2, 2, 3], (p) => p, true],
    ['(N, 12), three numbers a pixel', [COUNT, 12], (p) => p, false],
  ])('give the same pictures as %s', async (_, shape, place, fortranOrder) => {
    const store = createTestStore();
    const values = numbers(COUNT * 12, (p) => grey(place(p)));
    const { image: size } = await ingest(store, await buildZip([x({ shape, values, fortranOrder }), y()]), allTrain);
    expect(size).toEqual({ width: 2, height: 2, channels: 3 });
    const [first] = await packedImages(store, { width: 2, height: 2, channels: 3 });
    const planar = numbers(12, (p) => grey(3 * (p % 4) + Math.floor(p / 4)));
    expect(first.pixels).toEqual(planar);
  });

  it.each([
    ['[0, 1]', [0, 0.5, 1, 0.25, 0.75, 1], [0, 128, 255, 64, 191, 255]],
    ['[-1, 1]', [-1, 0, 1, -0.5, 0.5, 1], [0, 128, 255, 64, 191, 255]],
    ['16 steps', [0, 8, 16, 4, 12, 16], [0, 128, 255, 64, 191, 255]],
    ['[0, 255]', [0, 127.6, 255, 64, 191, 255], [0, 128, 255, 64, 191, 255]],
    ['16 bits', [0, 32896, 65535, 16448, 49087, 65535], [0, 128, 255, 64, 191, 255]],
  ])('have the range %s found for what it is, and said', async (range, values, bytes) => {
    const store = createTestStore();
    const all = numbers(COUNT * 6, (place) => values[place % 6]);
    const { warnings } = await ingest(store, await buildZip([x({ descr: '<f8', values: all }), y()]), allTrain);
    expect(warnings.some(({ code }) => code === 'assumed_pixels')).toBe(range !== '[0, 255]');
    const [first] = await packedImages(store, image);
    expect(first.pixels).toEqual(bytes);
  });

  it.each<[string, Partial<NpyArray>, string[]]>([
    ['a column', { shape: [COUNT, 1], descr: '|u1' }, ['0', '1', '2']],
    ['floats', { descr: '<f4' }, ['0', '1', '2']],
    ['texts', { descr: '<U5', values: labels.map((label) => ['zèbre', 'ant', 'bee'][label]) }, ['ant', 'bee', 'zèbre']],
    ['bytes', { descr: '|S3', values: labels.map((label) => ['zoo', 'ant', 'be'][label]) }, ['ant', 'be', 'zoo']],
    [
      'one-hot rows',
      { shape: [COUNT, 3], descr: '<f4', values: labels.flatMap((label) => [0, 1, 2].map((k) => +(k === label))) },
      ['0', '1', '2'],
    ],
  ])('have labels that are %s', async (_, array, expected) => {
    const { classes, counts } = await ingest(createTestStore(), await buildZip([x(), y(array)]), allTrain);
    expect(classes).toEqual(expected);
    expect(Object.values(counts.train.classes)).toEqual([4, 4, 4]);
  });

  it.each([
    ['Keras', ['x_train', 'y_train', 'x_test', 'y_test']],
    ['MedMNIST', ['train_images', 'train_labels', 'test_images', 'test_labels']],
    ['scripts', ['Xtrain', 'ytrain', 'Xtest', 'ytest']],
  ])('keep the splits of the names that %s uses', async (_, [xTrain, yTrain, xTest, yTest]) => {
    const [images, targets] = [x().bytes, y().bytes];
    const contents = [xTrain, xTest].map((name) => ({ path: `${name}.npy`, bytes: images }));
    contents.push(...[yTrain, yTest].map((name) => ({ path: `${name}.npy`, bytes: targets })));
    const { counts } = await ingest(createTestStore(), await buildZip(contents));
    expect([counts.train.total + counts.validation.total, counts.test.total]).toEqual([COUNT, COUNT]);
  });

  it('list what they do not use, and images without a label', async () => {
    const store = createTestStore();
    const values = labels.map((label, index) => (index === 4 ? Number.NaN : label));
    const extra = file('x_train_mean', { descr: '<f4', shape: [1], values: [1] });
    await ingest(store, await buildZip([x(), y({ descr: '<f4', values }), extra]), allTrain);
    const { skipped, samples } = await readStored(store);
    expect(samples).toHaveLength(COUNT - 1);
    expect(skipped).toEqual([
      { file: 'x.npy, item 5', reason: 'it has no label', code: 'no_label' },
      {
        file: 'x_train_mean.npy',
        reason: 'it is neither an array of images nor one of labels',
        code: 'unused_file',
      },
    ]);
  });

  it('of MedMNIST are read with the split that they have', async (context) => {
    const store = createTestStore();
    const archive = readFileSync(sharedData(context, 'formats/pneumonia-deflated.npz'));
    const { format, image: size, counts, warnings } = await ingest(store, archive);
    expect([format, size]).toEqual(['npz', { width: 28, height: 28, channels: 1 }]);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([3882, 524, 624]);
    expect(warnings.map(({ code }) => code)).toContain('class_imbalance');
  });
});

describe('NumPy files that cannot be used say why and leave nothing behind', () => {
  const whole = encodeNpy({ descr: '|u1', shape: [COUNT, 2, 3], values: numbers(COUNT * 6, grey) });
  it.each<[string, ZipContent[], RegExp]>([
    ['no labels', [x()], /"x.npy" is there without its labels/],
    ['nothing for training', [x(), y()].map((c) => ({ ...c, path: `${c.path[0]}_test.npy` })), /no array for training/],
    ['fewer labels', [x(), y({ shape: [2], values: [0, 1] })], /12 images, but "y.npy" holds 2 labels/],
    [
      'masks for labels',
      [x(), y({ shape: [COUNT, 70, 70], descr: '|u1', values: numbers(COUNT * 4900, () => 1) })],
      /Expected: one label or at most 4096 for each image/,
    ],
    [
      'Python objects',
      [{ path: 'x.npy', bytes: npyHeader("'|O'", '12,') }, y()],
      /type \|O\. Expected: numbers or texts/,
    ],
    ['fields', [{ path: 'x.npy', bytes: npyHeader("[('a', '<i4')]", '12,') }, y()], /of several fields/],
    ['no array', [{ path: 'x.npy', bytes: Buffer.from('text') }, y()], /is no \.npy file/],
    ['an array cut short', [{ path: 'x.npy', bytes: whole.subarray(0, -1) }, y()], /it is cut short or damaged/],
    ['a header that lies', [{ path: 'x.npy', bytes: npyHeader("'|u1'", '99999999999, 9, 9') }, y()], /cut short/],
    [
      'more images than can be listed',
      [
        { path: 'x.npy', bytes: Buffer.concat([npyHeader("'|u1'", '5000001, 1, 1'), Buffer.alloc(5_000_001)]) },
        { path: 'y.npy', bytes: Buffer.concat([npyHeader("'|u1'", '5000001,'), Buffer.alloc(5_000_001)]) },
      ],
      /more than 5000000 images/,
    ],
    ['images of four channels', [x({ shape: [3, 2, 3, 4] }), y({ shape: [3], values: [0, 1, 2] })], /\(3, 2, 3, 4\)/],
    [
      'numbers without a range',
      [x({ descr: '<i4', values: numbers(72, (p) => p * 1000 - 9) }), y()],
      /from -9 to 70991/,
    ],
    ['pixels that are no numbers', [x({ descr: '<f4', values: numbers(72, () => Number.NaN) }), y()], /that is NaN/],
    ['rows of no shape', [x({ shape: [COUNT, 6] }), y()], /6 numbers for each image/],
    ['an array twice', [x(), { ...x(), path: 'images.npy' }, y()], /both all images/],
  ])('%s', async (_, contents, detail) => {
    const store = createTestStore();
    const ingesting = ingest(store, await buildZip(contents), { format: 'npz' });
    await expect(ingesting).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });

  it('rows of no shape, unless the options say one', async () => {
    const options = { split: { train: 1 }, image: { width: 3, height: 2 } };
    const store = createTestStore();
    await ingest(store, await buildZip([x({ shape: [COUNT, 6] }), y()]), { options });
    expect((await packedImages(store, image)).flatMap(({ pixels }) => pixels)).toEqual(numbers(COUNT * 6, grey));
  });
});
