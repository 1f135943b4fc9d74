import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { packDataset } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildZip, encodeParquet, encodePng, type ParquetColumn, patternImage } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { packedImages } from './pixels.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });
const split = { train: 1 };
const allTrain = { options: { split } };

const COUNT = 12;
const labels = Array.from({ length: COUNT }, (_, index) => index % 3);
const shape = { width: 8, height: 6, channels: 3 } as const;
/** uint8 [height, width, channels]. */
const pictures = labels.map((label, seed) => patternImage({ classIndex: label, classes: 3, ...shape, seed }));
const planar = pictures.map((pixels) => Array.from(pixels.keys(), (p) => pixels[3 * (p % 48) + Math.floor(p / 48)]));
const files = pictures.map((pixels) => encodePng({ ...shape, pixels }));
const label: ParquetColumn = { name: 'label', type: 'int64', values: labels };
const features = (names: readonly string[]) => ({
  huggingface: JSON.stringify({
    info: { features: { image: { _type: 'Image' }, label: { names, _type: 'ClassLabel' }, other: { dtype: 'int64' } } },
  }),
});
const image: ParquetColumn = { name: 'image', type: 'image', values: files };

/** A column for each number of each image. */
function pixelColumns(type: 'int32' | 'int64' | 'double', factor = 1): ParquetColumn[] {
  return Array.from({ length: 144 }, (_, place) => ({
    name: `pixel${place}`,
    type,
    values: pictures.map((pixels) => pixels[place] * factor),
  }));
}

describe('Parquet files', () => {
  it.each<[string, ParquetColumn[], number | undefined]>([
    ["Hugging Face's images", [image, label], undefined],
    ["Hugging Face's images, in several row groups", [image, label], 5],
    ['columns of bytes', [{ name: 'picture', type: 'bytes', values: files }, label], 4],
    ['columns of int32', [label, ...pixelColumns('int32')], 5],
    ['columns of int64', [...pixelColumns('int64'), label], 12],
    ['columns of fractions', [...pixelColumns('double', 1 / 255), label], 5],
    ['lists', [{ name: 'pixels', type: 'list', values: pictures.map((pixels) => [...pixels]) }, label], 5],
    [
      'columns beside a row number',
      [
        { name: '__index_level_0__', type: 'int64', values: labels.map((_, index) => index) },
        label,
        ...pixelColumns('int32'),
      ],
      5,
    ],
  ])('are packed with the pixels and labels of the rows: %s', async (_, columns, groupRows) => {
    const store = createTestStore();
    const options = { split, image: { width: 8, height: 6 } };
    const { format, classes } = await ingest(store, encodeParquet({ columns, groupRows }), { options });
    expect([format, classes]).toEqual(['parquet', ['0', '1', '2']]);
    const images = await packedImages(store, shape);
    expect(images.map((one) => one.label)).toEqual(labels);
    expect(images.map(({ pixels }) => pixels)).toEqual(planar);
  });

  it('have the names of the classes in their metadata, and lose rows of no class', async () => {
    const store = createTestStore();
    const values = labels.map((value, index) => (index === 7 ? -1 : index === 8 ? null : value));
    const columns: ParquetColumn[] = [image, { name: 'label', type: 'int64', values }];
    const metadata = features(['zebra', 'ant', 'bee', 'none']);
    const { classes, image: size } = await ingest(store, encodeParquet({ columns, metadata }), allTrain);
    expect(classes).toEqual(['zebra', 'ant', 'bee']);
    expect(size).toEqual(shape);
    const { skipped, samples } = await readStored(store);
    expect(skipped).toEqual(
      [8, 9].map((item) => ({ file: `upload.parquet, item ${item}`, reason: 'it has no label', code: 'no_label' })),
    );
    expect(samples.map((sample) => sample.label)).toEqual(labels.filter((_, index) => index !== 7 && index !== 8));
  });

  it('have texts for labels, and a column for splits', async () => {
    const kinds = labels.map((value) => ['cat', 'dog', 'emu'][value]);
    const parts = labels.map((_, index) => (index < 9 ? 'train' : 'test'));
    const columns: ParquetColumn[] = [
      image,
      { name: 'split', type: 'text', values: parts },
      { name: 'animal', type: 'text', values: kinds },
    ];
    const { classes, counts } = await ingest(createTestStore(), encodeParquet({ columns }), {
      options: { split: { validation: 0 } },
    });
    expect(classes).toEqual(['cat', 'dog', 'emu']);
    expect([counts.train.total, counts.test.total]).toEqual([9, 3]);
  });

  it.each([
    ['stored', true],
    ['deflated', false],
  ])('are read from all shards of each split (%s), and leave no file behind', async (_, store) => {
    const shard = (from: number, to: number) =>
      encodeParquet({
        columns: [
          { ...image, values: files.slice(from, to) },
          { ...label, values: labels.slice(from, to) },
        ],
        metadata: features(['a', 'b', 'c']),
      });
    const archive = await buildZip([
      { path: 'mnist/data/train-00000-of-00002.parquet', bytes: shard(0, 4), store },
      { path: 'mnist/data/train-00001-of-00002.parquet', bytes: shard(4, 9), store },
      { path: 'mnist/data/test-00000-of-00001.parquet', bytes: shard(9, 12), store },
      { path: 'mnist/README.md', bytes: Buffer.from('hello') },
    ]);
    const before = leftovers();
    const target = createTestStore();
    const { classes, counts } = await ingest(target, archive, { options: { split: { validation: 0 } } });
    expect(classes).toEqual(['a', 'b', 'c']);
    expect([counts.train.total, counts.test.total]).toEqual([9, 3]);
    expect((await packedImages(target, shape, 'test')).map(({ pixels }) => pixels)).toEqual(planar.slice(9));
    expect((await readStored(target)).skipped).toEqual([
      { file: 'mnist/README.md', reason: 'it is no Parquet file', code: 'unused_file' },
    ]);
    expect(leftovers()).toEqual(before);
  });

  it('are divided where the name of a single file says test', async () => {
    const archive = await buildZip([{ path: 'test-0.parquet', bytes: encodeParquet({ columns: [image, label] }) }]);
    const { counts } = await ingest(createTestStore(), archive, { options: { split: { train: 0.5 } } });
    expect(counts.train.total).toBeGreaterThan(3);
  });

  it('list images that are not there or do not decode, and are resized for a model that wants it', async () => {
    const store = createTestStore();
    const values = files.map((file, index) => (index === 2 ? null : index === 3 ? Buffer.from('no image') : file));
    const options = { ...allTrain.options, max_skipped: 0.5 };
    await ingest(store, encodeParquet({ columns: [{ ...image, values }, label], groupRows: 5 }), { options });
    const { skipped } = await readStored(store);
    expect(skipped).toEqual([
      { file: 'upload.parquet, item 3', reason: 'it has no bytes of an image', code: 'bad_row' },
      { file: 'upload.parquet, item 4', reason: expect.stringMatching(/cannot be read/), code: 'unreadable_image' },
    ]);
    const packed = await packDataset(store, 'ds_1', { width: 4, height: 4, channels: 1, fit: 'cover' });
    expect(packed.splits.train.count).toBe(COUNT - 2);
    await packed.close();
  });

  it('of Hugging Face are read whole', async (context) => {
    const file = readFileSync(sharedData(context, 'formats/hf-mnist-test-00000-of-00001.parquet'));
    const { format, classes, image: size, counts, warnings } = await ingest(createTestStore(), file);
    expect([format, classes.length, size, counts.total]).toEqual(['parquet', 10, { ...size, width: 28 }, 10_000]);
    // The known counts of MNIST's test part.
    const { train, validation, test } = counts;
    expect(train.classes['1'] + validation.classes['1'] + test.classes['1']).toBe(1135);
    const near = warnings.find(({ code }) => code === 'near_duplicates')?.count ?? 0;
    expect(near / counts.total).toBeLessThan(0.005);
  });
});

describe('Parquet files that cannot be used say why and leave nothing behind', () => {
  const whole = encodeParquet({ columns: [image, label] });
  const other: ParquetColumn = { name: 'other', type: 'int64', values: labels };
  it.each<[string, Uint8Array, RegExp]>([
    ['cut short', whole.subarray(0, -100), /cannot be read as a Parquet file/],
    ['the beginning alone', Buffer.from('PAR1'), /cannot be read as a Parquet file/],
    [
      'a footer of noise',
      Buffer.concat([whole.subarray(0, 900), Buffer.alloc(600, 7), whole.subarray(-8)]),
      /cannot be/,
    ],
    ['pages of noise', Buffer.from(whole).fill(0xee, 8, 60), /cannot be read as a Parquet file/],
    ['no label', encodeParquet({ columns: [image] }), /which column holds the labels. The columns are "image"/],
    [
      'two columns that could be labels',
      encodeParquet({ columns: [image, other, { ...other, name: 'more' }] }),
      /"image", "other", "more". Name it in options.label_column/,
    ],
    ['no image', encodeParquet({ columns: [label, other] }), /has no column of images/],
    [
      'rows of no shape',
      encodeParquet({ columns: [label, ...pixelColumns('int32').slice(0, 5)] }),
      /5 numbers for each/,
    ],
  ])('%s', async (_, file, detail) => {
    const store = createTestStore();
    await expect(ingest(store, file)).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });

  it('two columns that could be labels, unless the options name one', async () => {
    const file = encodeParquet({ columns: [image, other, { ...other, name: 'more' }] });
    const { classes } = await ingest(createTestStore(), file, { options: { split, label_column: 'more' } });
    expect(classes).toEqual(['0', '1', '2']);
  });
});

/** Temporary files of entries that were unpacked. */
function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('trainyard-entry-'));
}
