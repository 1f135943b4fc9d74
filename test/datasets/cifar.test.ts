import { openPacked, packDataset } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildTarGz, buildZip, cifarContents, cifarPixels } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const invalid = (detail: RegExp) => ({ code: 'invalid_dataset', detail: expect.stringMatching(detail) });
const names = ['aeroplane', 'car', 'bird', 'cat'];

describe("CIFAR's binary version", () => {
  it('is read with its names, its train batches together and its test batch', async () => {
    const store = createTestStore();
    const contents = cifarContents({ names }).map(({ path, bytes }) => ({
      path: `cifar-10-batches-bin/${path}`,
      bytes,
    }));
    const { format, classes, image, counts } = await ingest(store, await buildZip(contents));
    expect(format).toBe('cifar_binary');
    expect(classes).toEqual(names);
    expect(image).toEqual({ width: 32, height: 32, channels: 3 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([36, 4, 20]);
    expect(counts.test.classes).toEqual({ aeroplane: 5, car: 5, bird: 5, cat: 5 });
    expect((await readStored(store)).skipped).toEqual([]);
  });

  it('is read from the tar.gz that it is published as', async () => {
    const contents = cifarContents({ names }).map((content) => ({ ...content, path: `batches/${content.path}` }));
    const { format, classes, counts } = await ingest(createTestStore(), await buildTarGz(contents));
    expect([format, classes, counts.total]).toEqual(['cifar_binary', names, 60]);
  });

  it.each([10, 100] as const)('is packed with the pixels and labels of the files (CIFAR-%i)', async (kind) => {
    const store = createTestStore();
    const archive = await buildZip(cifarContents({ kind, train: [20], test: 20 }));
    const { classes } = await ingest(store, archive);
    expect(classes).toEqual(['0', '1', '2', '3']);
    const { splits } = await openPacked(store, 'ds_1', { width: 32, height: 32, channels: 3, fit: 'cover' });
    expect([...splits.test.labels]).toEqual(Array.from({ length: 20 }, (_, index) => index % 4));
    const pixels = new Uint8Array(3072);
    for (const index of [0, 7, 19]) {
      await splits.test.readImages([index], pixels);
      expect(Buffer.compare(pixels, cifarPixels(index % 4, 4, 9000 + index)), `image ${index}`).toBe(0);
    }
  });

  it('is resized, and made grey, for a model that wants it', async () => {
    const store = createTestStore();
    // Every image is the same grey in all channels, so that grey is what must come out.
    const [{ path, bytes = new Uint8Array() }] = cifarContents({ train: [20], test: 0 });
    const flat = Uint8Array.from(bytes, (value, place) => (place % 3073 === 0 ? value : 77));
    await ingest(store, await buildZip([{ path, bytes: flat }]));
    const { splits } = await packDataset(store, 'ds_1', { width: 8, height: 6, channels: 1, fit: 'cover' });
    const pixels = new Uint8Array(48);
    await splits.train.readImages([3], pixels);
    expect([...new Set(pixels)]).toEqual([77]);
  });

  it.each([
    ['cut short', [{ path: 'data_batch_1.bin', bytes: new Uint8Array(3073 * 4 - 1) }], /12291 bytes, no whole number/],
    ['for the test alone', cifarContents({ train: [] }), /no file for training/],
    ['of both kinds', [...cifarContents(), ...cifarContents({ kind: 100, train: [5] })], /CIFAR-10 and CIFAR-100/],
    ['with a name twice', cifarContents({ names: ['a', 'b', 'a', 'c'] }), /Two labels have the name "a"/],
  ])('is refused where it is %s', async (_, contents, detail) => {
    const store = createTestStore();
    const ingesting = ingest(store, await buildZip(contents), { format: 'cifar_binary' });
    await expect(ingesting).rejects.toMatchObject(invalid(detail));
    expect(await keysBelow(store, 'datasets')).toEqual([]);
  });
});
