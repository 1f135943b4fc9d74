import { openPacked, packDataset, readManifest } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import {
  buildTar,
  buildTarGz,
  buildZip,
  idxContents,
  imageFolderContents,
  storeAsZstd,
  type TarContent,
} from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_archive', detail: expect.stringMatching(detail) });
const SIZE = { width: 16, height: 16, channels: 3, fit: 'cover' } as const;

describe('a tar file', () => {
  const contents = imageFolderContents({ perClass: 20 });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['as it is', () => buildTar(contents)],
    ['packed with gzip', () => buildTarGz(contents)],
    ['packed with zstd', async () => storeAsZstd(await buildTar(contents))],
  ])('%s gives the data set that a zip file of the same images gives', async (_, build) => {
    const [zipStore, tarStore] = [createTestStore(), createTestStore()];
    const expected = await ingest(zipStore, await buildZip(contents));
    expect(await ingest(tarStore, await build())).toEqual(expected);
    expect(await readManifest(tarStore, 'ds_1')).toEqual(await readManifest(zipStore, 'ds_1'));
    const [zipped, tarred] = [await openPacked(zipStore, 'ds_1', SIZE), await openPacked(tarStore, 'ds_1', SIZE)];
    expect(await firstImage(tarred)).toEqual(await firstImage(zipped));
  });

  it('that is compressed is unpacked once, below the data set, and used again for other sizes', async () => {
    const store = createTestStore();
    await ingest(store, await buildTarGz(contents));
    const unpacked = (await keysBelow(store, 'datasets/ds_1')).filter((key) => key.endsWith('.tar'));
    expect(unpacked).toEqual(['datasets/ds_1/unpacked.tar']);
    const larger = await packDataset(store, 'ds_1', { ...SIZE, width: 20, height: 20 });
    expect(larger.splits.train.count).toBe(48);
    await store.remove(unpacked[0]);
    const smaller = await packDataset(store, 'ds_1', { ...SIZE, width: 8, height: 8 });
    expect(smaller.splits.train.count).toBe(48);
  });

  it('that is uploaded in place of another is not mixed up with it', async () => {
    const store = createTestStore();
    await ingest(store, await buildTarGz(contents));
    const { classes } = await ingest(store, await buildTarGz(imageFolderContents({ classes: ['x', 'y'] })));
    expect(classes).toEqual(['x', 'y']);
  });

  it('keeps its splits below folders with long names', async () => {
    const wrap = 'a-folder-with-quite-a-long-name-'.repeat(6);
    const archive = await buildTar(imageFolderContents({ splits: ['train', 'test'], wrap, perClass: 10 }));
    const { counts } = await ingest(createTestStore(), archive);
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([27, 3, 30]);
  });

  it('may hold IDX files', async () => {
    const { format, counts } = await ingest(createTestStore(), await buildTarGz(idxContents({ train: 50, test: 10 })));
    expect(format).toBe('idx');
    expect(counts.total).toBe(60);
  });

  it('is used without the links and devices in it, which are named', async () => {
    const odd: TarContent[] = [
      { path: 'class-00/hard.png', type: 'link', linkname: 'class-00/0000.png' },
      { path: 'class-00/soft.png', type: 'symlink', linkname: '/etc/passwd' },
      { path: 'class-00/null', type: 'character-device' },
      { path: 'class-00/pipe', type: 'fifo' },
    ];
    const { counts, warnings } = await ingest(createTestStore(), await buildTar([...contents, ...odd]));
    expect(counts.total).toBe(60);
    expect(warnings.find(({ code }) => code === 'skipped_files')?.examples).toEqual([
      { file: 'class-00/hard.png', reason: expect.stringMatching(/hard link/), code: 'unusable_entry' },
      { file: 'class-00/soft.png', reason: 'it is a symbolic link', code: 'unusable_entry' },
      { file: 'class-00/null', reason: 'it is a device', code: 'unusable_entry' },
      { file: 'class-00/pipe', reason: 'it is a named pipe', code: 'unusable_entry' },
    ]);
  });
});

describe('a tar file that cannot be used says why and leaves nothing behind', () => {
  const contents = imageFolderContents({ perClass: 4 });
  const gz = buildTarGz(contents);

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['a name that leads out', () => buildTarGz([...contents, { path: '../../x.png' }]), /invalid relative path/],
    ['a name from the root', () => buildTarGz([...contents, { path: '/etc/x.png' }]), /absolute path/],
    [
      'two files of one name',
      () => buildTarGz([...contents, contents[0]]),
      /class-00\/0000.png" is in the archive twice/,
    ],
    ['gzip data that end early', async () => (await gz).subarray(0, -2000), /gzip file is damaged or cut short/],
    ['gzip data that are damaged', async () => Buffer.from(await gz).fill(9, 2000, 2100), /gzip file is damaged/],
    [
      'a zstd file that ends early',
      async () => storeAsZstd(await buildTar(contents)).subarray(0, -99),
      /zstd file is damaged/,
    ],
    ['a tar file that ends early', async () => (await buildTar(contents)).subarray(0, 5000), /tar file is cut short/],
  ])('%s', async (_, build, detail) => {
    const store = createTestStore();
    await expect(ingest(store, await build())).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, '')).toEqual(['uploads/ds_1/source']);
  });
});

async function firstImage({ splits }: Awaited<ReturnType<typeof openPacked>>): Promise<Uint8Array> {
  const pixels = new Uint8Array(SIZE.width * SIZE.height * SIZE.channels);
  await splits.train.readImages([0], pixels);
  return pixels;
}
