import { openPacked, packDataset, readManifest } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import {
  buildImageFolderZip,
  buildZip,
  encodePng,
  imageFolderContents,
  patternImage,
  type ZipContent,
} from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });

/** A PNG of one colour. */
function plain(width: number, height: number, colour: readonly [number, number, number]): Buffer {
  const pixels = new Uint8Array(width * height * 3);
  for (let offset = 0; offset < pixels.length; offset += 3) pixels.set(colour, offset);
  return encodePng({ width, height, channels: 3, pixels });
}

describe('an image folder', () => {
  it('becomes planar pixels, labels, counts and statistics', async () => {
    const store = createTestStore();
    const contents: ZipContent[] = [];
    for (let index = 0; index < 10; index++) {
      // Of one colour, but no two files the same.
      contents.push({ path: `red/${index}.png`, bytes: plain(4, 2 + 2 * index, [255, 0, 51]) });
      contents.push({ path: `blue/${index}.png`, bytes: plain(4, 2 + 2 * index, [0, 0, 255]) });
    }
    const result = await ingest(store, await buildZip(contents), { options: { image: { width: 4, height: 2 } } });
    expect(result).toMatchObject({
      format: 'image_folder',
      task: 'multiclass',
      classes: ['blue', 'red'],
      image: { width: 4, height: 2, channels: 3 },
      counts: {
        total: 20,
        train: { total: 16, classes: { blue: 8, red: 8 } },
        validation: { total: 2, classes: { blue: 1, red: 1 } },
        test: { total: 2, classes: { blue: 1, red: 1 } },
      },
    });
    expect(result.stats.mean).toEqual([0.5, 0, 0.6].map((value) => expect.closeTo(value, 9)));
    expect(result.stats.std).toEqual([0.5, 0, 0.4].map((value) => expect.closeTo(value, 9)));

    const packed = await openPacked(store, 'ds_1', { width: 4, height: 2, channels: 3, fit: 'cover' });
    expect(packed.classes).toEqual(result.classes);
    expect(packed.stats).toEqual(result.stats);
    const { train } = packed.splits;
    expect([...train.labels]).toEqual([...new Array(8).fill(0), ...new Array(8).fill(1)]);
    const out = new Uint8Array(2 * 24);
    await train.readImages([15, 0], out);
    const plane = (value: number) => new Array(8).fill(value);
    expect([...out]).toEqual([...plane(255), ...plane(0), ...plane(51), ...plane(0), ...plane(0), ...plane(255)]);
    await packed.close();
  });

  it('keeps its own splits below a wrapping folder and takes a validation part from train', async () => {
    const archive = await buildImageFolderZip({ splits: ['train', 'test'], wrap: 'pets', perClass: 10 });
    const { classes, counts } = await ingest(createTestStore(), archive);
    expect(classes).toEqual(['class-00', 'class-01', 'class-02']);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([27, 3, 30]);
  });

  it('is brought to one size, with a warning, where its images are of several', async () => {
    const contents = [
      ...imageFolderContents({ classes: ['a', 'b'], perClass: 30, size: 20 }),
      ...imageFolderContents({ classes: ['a', 'b'], perClass: 5, size: 31 }).map((c) => ({
        ...c,
        path: `${c.path}x.png`,
      })),
    ];
    const { image, warnings } = await ingest(createTestStore(), await buildZip(contents));
    expect(image).toEqual({ width: 20, height: 20, channels: 3 });
    const warning = warnings.find(({ code }) => code === 'mixed_sizes');
    expect(warning).toMatchObject({ count: 10, examples: [{ reason: '31x31' }] });
  });

  it('is packed as the options say', async () => {
    const options = {
      image: { width: 8, height: 12, channels: 1, fit: 'fill' },
      split: { train: 0.5, seed: 3 },
    } as const;
    const store = createTestStore();
    const { image, counts } = await ingest(store, await buildImageFolderZip({ perClass: 20 }), { options });
    expect(image).toEqual({ width: 8, height: 12, channels: 1 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([30, 15, 15]);
    expect(await readManifest(store, 'ds_1')).toMatchObject({
      image,
      fit: 'fill',
      parts: [{ format: 'image_folder' }],
    });
  });

  it('stays grey where all images are', async () => {
    const { image } = await ingest(createTestStore(), await buildImageFolderZip({ channels: 1 }));
    expect(image.channels).toBe(1);
  });

  it('goes on without the files that cannot be read, and names them', async () => {
    const contents = imageFolderContents({ classes: ['a', 'b'], perClass: 30 });
    const cutShort = contents[3].bytes?.subarray(0, 200);
    const { counts, warnings } = await ingest(
      createTestStore(),
      await buildZip([
        ...contents,
        { path: 'a/broken.png', bytes: cutShort },
        { path: 'a/text.jpg', bytes: new TextEncoder().encode('hello') },
        { path: 'b/notes.txt', bytes: new TextEncoder().encode('hello') },
        { path: 'b/link.png', mode: 0o120777 },
        { path: 'top.png', bytes: contents[0].bytes },
      ]),
    );
    expect(counts.total).toBe(60);
    const warning = warnings.find(({ code }) => code === 'skipped_files');
    expect(warning?.count).toBe(5);
    expect(new Map(warning?.examples?.map(({ file, reason }) => [file, reason]))).toEqual(
      new Map([
        ['a/broken.png', 'The image cannot be read: its data is damaged.'],
        ['a/text.jpg', expect.stringMatching(/format is not/)],
        ['b/notes.txt', 'it is not an image'],
        ['b/link.png', 'it is a symbolic link'],
        ['top.png', 'it lies in no class folder'],
      ]),
    );
  });

  it('divides what can be read, so that damage leaves each class an image to train on', async () => {
    const shape = { width: 64, height: 64, channels: 3 } as const;
    const contents = imageFolderContents({ classes: ['a', 'b'], perClass: 10, size: 64 });
    // The heads of these are sound; only decoding shows the damage.
    const broken = Array.from({ length: 9 }, (_, index) => {
      const pixels = patternImage({ classIndex: 1, classes: 2, ...shape, seed: index });
      const bytes = encodePng({ ...shape, pixels });
      return { path: `b/0000${index}.png`, bytes: bytes.subarray(0, bytes.length / 2) };
    });
    const kept = contents.filter(({ path }) => path.startsWith('a/') || path.endsWith('9.png'));
    const split = { train: 0.2, validation: 0.4, test: 0.4 };
    const options = { split, max_skipped: 0.5 };
    const { counts } = await ingest(createTestStore(), await buildZip([...kept, ...broken]), { options });
    expect(counts.train.classes.b).toBe(1);
    expect(counts.total).toBe(11);
  });
});

describe('an image folder that cannot be used says why and leaves nothing behind', () => {
  const image = plain(4, 4, [1, 2, 3]);
  const files = (...paths: string[]) => paths.map((path) => ({ path, bytes: path.endsWith('/') ? undefined : image }));
  const text = new TextEncoder().encode('no image');

  it.each<[string, ZipContent[], RegExp]>([
    ['one class only', files('cat/1.png', 'cat/2.png'), /one class only \("cat"\)/],
    ['an empty class folder', files('cat/1.png', 'dog/2.png', 'emu/'), /class "emu" has no image/],
    [
      'an empty class folder of train',
      files('train/cat/1.png', 'train/dog/', 'test/cat/2.png'),
      /class "dog" has no image/,
    ],
    ['no class folder', files('1.png', '2.png'), /in a class folder/],
    ['no image', [{ path: 'cat/readme.txt', bytes: text }], /no images in a format that is known/],
    ['nothing', [], /no images in a format that is known/],
    [
      'a class of which nothing can be read',
      [...files('cat/1.png', 'dog/2.png'), { path: 'emu/3.jpg', bytes: text }],
      /class "emu" has no image that can be read.*emu\/3.jpg/,
    ],
    [
      'a class that is not trained',
      files('train/a/1.png', 'train/b/1.png', 'test/a/2.png', 'test/c/2.png'),
      /class "c" .* test/,
    ],
  ])('%s', async (_, contents, detail) => {
    const store = createTestStore();
    await expect(ingest(store, await buildZip(contents))).rejects.toMatchObject(invalid(detail));
    const left = (await keysBelow(store, '')).filter((key) => !key.endsWith('/skipped.jsonl'));
    expect(left).toEqual(['uploads/ds_1/source']);
  });

  it('fractions that do not fit together', async () => {
    const store = createTestStore();
    const options = { split: { train: 0.9, validation: 0.9 } };
    await expect(ingest(store, await buildImageFolderZip(), { options })).rejects.toMatchObject(
      invalid(/options.split/),
    );
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });

  it('a file that is no archive', async () => {
    const store = createTestStore();
    await expect(ingest(store, text)).rejects.toMatchObject({ code: 'invalid_archive' });
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });
});

describe('packed tensors', () => {
  it('that the store cannot take end the ingest with an error and leave nothing behind', async () => {
    const store = createTestStore();
    // An object where the folder of the data sets would have to be.
    await store.write('datasets', new Uint8Array(1));
    await expect(ingest(store, await buildImageFolderZip({ perClass: 200, size: 64 }))).rejects.toThrow();
    expect(await keysBelow(store, 'uploads')).toEqual(['uploads/ds_1/source']);
    expect((await store.stat('datasets'))?.bytes).toBe(1);
  });

  it('are the same bytes whenever they are made, from the same images in any order of entries', async () => {
    const store = createTestStore();
    const contents = imageFolderContents({ classes: 4, perClass: 12 });
    await ingest(store, await buildZip(contents), { datasetId: 'ds_1' });
    await ingest(store, await buildZip([...contents].reverse()), { datasetId: 'ds_2' });
    const [first, second] = [
      await keysBelow(store, 'datasets/ds_1/tensors'),
      await keysBelow(store, 'datasets/ds_2/tensors'),
    ];
    expect(first).toHaveLength(3);
    for (const [index, key] of first.entries()) {
      expect(Buffer.from(await store.readBytes(second[index]))).toEqual(Buffer.from(await store.readBytes(key)));
    }
  });

  it('are made once in another size, whoever asks at the same time', async () => {
    const store = createTestStore();
    await ingest(store, await buildImageFolderZip({ perClass: 8, size: 16 }));
    const image = { width: 6, height: 5, channels: 1, fit: 'contain' } as const;
    await expect(openPacked(store, 'ds_1', image)).rejects.toMatchObject({ code: 'not_found' });
    const packed = await Promise.all([1, 2, 3].map(() => packDataset(store, 'ds_1', image)));
    for (const { splits, image: size } of packed) {
      expect(size).toEqual(image);
      expect(splits.train.count + splits.validation.count + splits.test.count).toBe(24);
    }
    for (const each of packed) await each.close();
    const written = await store.stat('datasets/ds_1/tensors/6x5x1-contain/index.json');
    expect(written?.bytes).toBeGreaterThan(0);
  });

  it('count as missing where a file is not whole, and are made again', async () => {
    const store = createTestStore();
    const { image } = await ingest(store, await buildImageFolderZip());
    const size = { ...image, fit: 'cover' } as const;
    const key = 'datasets/ds_1/tensors/16x16x3-cover/images';
    const whole = await store.readBytes(key);
    await store.write(key, whole.subarray(1));
    await expect(openPacked(store, 'ds_1', size)).rejects.toMatchObject({ code: 'not_found' });
    await (await packDataset(store, 'ds_1', size)).close();
    expect(Buffer.from(await store.readBytes(key))).toEqual(Buffer.from(whole));
  });

  it('are read alike from memory and from the store', async () => {
    const store = createTestStore();
    const { image } = await ingest(store, await buildImageFolderZip({ perClass: 20 }));
    const size = { ...image, fit: 'cover' } as const;
    const inMemory = await openPacked(store, 'ds_1', size);
    const fromStore = await openPacked(store, 'ds_1', size, { memoryBytesMax: 0 });
    const indices = Uint32Array.of(47, 3, 0, 3, 12);
    const [expected, received] = [new Uint8Array(5 * 768), new Uint8Array(5 * 768)];
    await inMemory.splits.train.readImages(indices, expected);
    await fromStore.splits.train.readImages(indices, received);
    expect(received).toEqual(expected);
    expect(expected.subarray(768, 2 * 768)).toEqual(expected.subarray(3 * 768, 4 * 768));
    for (const { splits } of [inMemory, fromStore]) {
      await expect(async () => splits.train.readImages([48], received)).rejects.toThrow(RangeError);
      await expect(async () => splits.train.readImages([0, 1], new Uint8Array(768))).rejects.toThrow(RangeError);
    }
    await inMemory.close();
    await fromStore.close();
  });

  it('are refused where their table has lost lines', async () => {
    const store = createTestStore();
    const { image } = await ingest(store, await buildImageFolderZip());
    const table = await store.readBytes('datasets/ds_1/samples.jsonl');
    await store.write('datasets/ds_1/samples.jsonl', table.subarray(0, table.indexOf(10) + 1));
    const opening = openPacked(store, 'ds_1', { ...image, fit: 'cover' });
    await expect(opening).rejects.toMatchObject({
      code: 'invalid_dataset',
      detail: expect.stringContaining('Upload it again'),
    });
  });
});
