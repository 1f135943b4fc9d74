import { openPacked, packDataset } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildIdxZip, buildMnistZip, buildZip, encodeIdx, idxContents, type ZipContent } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });

describe('IDX files', () => {
  it.each([
    ['plain', {}],
    ['gzipped', { gzip: true }],
    ['in a folder', { folder: 'MNIST/raw/' }],
  ])('are read where they are %s', async (_, options) => {
    const { format, classes, image, counts, warnings } = await ingest(createTestStore(), await buildIdxZip(options));
    expect(format).toBe('idx');
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(image).toEqual({ width: 12, height: 12, channels: 1 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([90, 10, 20]);
    // Of stripes that only start elsewhere, some are all but the same.
    const known = ['small_split', 'class_imbalance', 'tiny_class', 'near_duplicates', 'leaking_duplicates'];
    expect(warnings.filter(({ code }) => !known.includes(code))).toEqual([]);
  });

  it('are packed with the pixels and labels of the files', async () => {
    const store = createTestStore();
    const images = Uint8Array.from({ length: 40 * 6 }, (_, index) => index);
    const labels = Uint8Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 9 : 4));
    const contents = [
      { path: 'train-images-idx3-ubyte', bytes: encodeIdx([40, 2, 3], images) },
      { path: 'train-labels-idx1-ubyte', bytes: encodeIdx([40], labels) },
    ];
    const { classes } = await ingest(store, await buildZip(contents), { options: { split: { train: 1 } } });
    expect(classes).toEqual(['4', '9']);
    const { splits } = await openPacked(store, 'ds_1', { width: 3, height: 2, channels: 1, fit: 'cover' });
    expect([...splits.train.labels]).toEqual([...labels].map((label) => (label === 9 ? 1 : 0)));
    const out = new Uint8Array(40 * 6);
    await splits.train.readImages(
      Uint32Array.from({ length: 40 }, (_, index) => index),
      out,
    );
    expect(out).toEqual(images);
  });

  it('are divided as the options say where there are no test files', async () => {
    const archive = await buildIdxZip({ train: 200, test: 0 });
    const { counts } = await ingest(createTestStore(), archive);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([160, 20, 20]);
  });

  it('are resized, and made RGB, for a model that wants it', async () => {
    const store = createTestStore();
    await ingest(store, await buildIdxZip({ train: 50, test: 10 }));
    const rgb = await packDataset(store, 'ds_1', { width: 12, height: 12, channels: 3, fit: 'cover' });
    const grey = await openPacked(store, 'ds_1', { width: 12, height: 12, channels: 1, fit: 'cover' });
    const [colour, plain] = [new Uint8Array(3 * 144), new Uint8Array(144)];
    await rgb.splits.test.readImages([7], colour);
    await grey.splits.test.readImages([7], plain);
    for (const plane of [0, 1, 2]) expect(colour.subarray(plane * 144, (plane + 1) * 144)).toEqual(plain);
    const larger = await packDataset(store, 'ds_1', { width: 20, height: 24, channels: 3, fit: 'cover' });
    expect(larger.splits.train.count).toBe(grey.splits.train.count);
    expect([...larger.splits.train.labels]).toEqual([...grey.splits.train.labels]);
  });

  it('are the real MNIST', async () => {
    const reports: number[] = [];
    const store = createTestStore();
    const { counts, stats, warnings } = await ingest(store, await buildMnistZip(), {
      report: ({ fraction }) => reports.push(fraction),
    });
    expect(counts).toMatchObject({ total: 70_000, train: { total: 54_000 }, validation: { total: 6000 } });
    expect(counts.test.classes).toEqual({
      0: 980,
      1: 1135,
      2: 1032,
      3: 1010,
      4: 982,
      5: 892,
      6: 958,
      7: 1028,
      8: 974,
      9: 1009,
    });
    // The known figures of the 60,000.
    expect(stats.mean[0]).toBeCloseTo(0.1307, 3);
    expect(stats.std[0]).toBeCloseTo(0.3081, 3);
    // Some digits are all but the same; of so many, hardly any.
    const near = warnings.find(({ code }) => code === 'near_duplicates')?.count ?? 0;
    expect(near / counts.total).toBeLessThan(0.005);
    const others = warnings.filter(({ code }) => code !== 'near_duplicates' && code !== 'leaking_duplicates');
    expect(others).toEqual([]);
    expect(reports.at(-1)).toBe(1);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
  });
});

describe('IDX files that cannot be used say why and leave nothing behind', () => {
  const good = idxContents({ train: 30, test: 0 });
  const [images, labels] = good;
  const replaced = (index: number, bytes: Uint8Array): ZipContent[] =>
    good.map((content, place) => (place === index ? { ...content, bytes } : content));
  const bytesOf = ({ bytes }: ZipContent) => Buffer.from(bytes ?? []);

  it.each<[string, ZipContent[], RegExp]>([
    ['no labels', [images], /train labels are missing/],
    ['no files for training', idxContents({ train: 0, test: 10 }), /no files for training/],
    [
      'other numbers of images and labels',
      replaced(1, encodeIdx([29], new Uint8Array(29))),
      /30 images, but .* 29 labels/,
    ],
    [
      'images cut short',
      replaced(0, bytesOf(images).subarray(0, 2000)),
      /cut short: its head says 30 items, it holds 13/,
    ],
    [
      'labels cut short',
      replaced(1, bytesOf(labels).subarray(0, 20)),
      /cut short: its head says 30 items, it holds 12/,
    ],
    [
      'data beyond the images',
      replaced(0, Buffer.concat([bytesOf(images), Buffer.from([1])])),
      /more data than its head says/,
    ],
    ['images in place of labels', replaced(1, bytesOf(images)), /no IDX file of uint8 labels.*received 00000803/],
    ['labels that are all the same', replaced(1, encodeIdx([30], new Uint8Array(30))), /one class only \("0"\)/],
    ['a head that claims too much', replaced(0, encodeIdx([30, 65_535, 65_535], new Uint8Array(10))), /65535 rows/],
    [
      'two sets for training',
      [...good, ...good.map((content) => ({ ...content, path: `again/${content.path}` }))],
      /both train images/,
    ],
    [
      'gzip data that is damaged',
      idxContents({ train: 30, test: 0, gzip: true }).map((content, index) =>
        index === 0 ? { ...content, bytes: bytesOf(content).fill(0, 100, 200) } : content,
      ),
      /damaged gzip/,
    ],
  ])('%s', async (_, contents, detail) => {
    const store = createTestStore();
    const ingesting = ingest(store, await buildZip(contents), { format: 'idx' });
    await expect(ingesting).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });
});
