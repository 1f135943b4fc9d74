// Galleries of data sets that were read from uploads: they show what a training gets.
import { galleryKey, parseGalleryIndex } from '@trainyard/contracts';
import { openPacked } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';
import { describe, expect, it } from 'vitest';
import { buildImageFolderZip, buildZip } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const FILES = ['histogram.png', 'images', 'index.json', 'preview.png'];

/** Checks each sample of a gallery against the packed split that it names. */
async function expectTrue(store: ObjectStore, datasetId: string) {
  const index = parseGalleryIndex(await store.readBytes(galleryKey(datasetId, 'index.json')));
  const pixels = await store.readBytes(galleryKey(datasetId, 'images'));
  const packed = await openPacked(store, datasetId, { ...index.image, fit: 'cover' });
  const { samples: stored } = await readStored(store, datasetId);
  const bytes = index.image.width * index.image.height * index.image.channels;
  expect(index).toMatchObject({ classes: packed.classes, targets: packed.targets ?? [], task: packed.task });
  const image = new Uint8Array(bytes);
  for (const [row, sample] of index.samples.entries()) {
    const { split, label, source, width, height } = stored[sample.index];
    expect(sample).toMatchObject({ split, label, file: source, width, height });
    await packed.splits[split].readImages([sample.place], image);
    expect(Buffer.compare(image, pixels.subarray(row * bytes, (row + 1) * bytes))).toBe(0);
    if (packed.task === 'multiclass') expect(packed.splits[split].labels[sample.place]).toBe(label);
  }
  await packed.close();
  return index;
}

describe('the gallery of a data set that was read', () => {
  it('shows each image as a training gets it, at its place in its split', async () => {
    const store = createTestStore();
    await ingest(store, await buildImageFolderZip({ classes: ['cat', 'dog'], perClass: 30, size: 12 }));
    const { samples } = await expectTrue(store, 'ds_1');
    expect(samples).toHaveLength(60);
    expect(new Set(samples.map(({ split }) => split))).toEqual(new Set(['train', 'validation', 'test']));
  });

  it('shows the images of all parts of a version, and leaves the gallery of its parent', async () => {
    const store = createTestStore();
    await ingest(store, await buildImageFolderZip({ classes: ['cat', 'dog'], perClass: 12, size: 12 }));
    const before = await store.readBytes(galleryKey('ds_1', 'preview.png'));
    const more = await buildImageFolderZip({ classes: ['bird', 'dog'], perClass: 12, size: 12, seed: 5 });
    await ingest(store, more, { datasetId: 'ds_2', parentId: 'ds_1' });
    const { samples, classes } = await expectTrue(store, 'ds_2');
    expect(samples).toHaveLength(48);
    expect(new Set(samples.map(({ label }) => label))).toEqual(new Set(classes.keys()));
    expect(await store.readBytes(galleryKey('ds_1', 'preview.png'))).toEqual(before);
  });

  it('is as long as the data set: nothing is left where reading failed', async () => {
    const store = createTestStore();
    const archive = await buildZip([{ path: 'cat/notes.txt', bytes: Buffer.from('no image') }]);
    await expect(ingest(store, archive)).rejects.toThrow();
    expect(await keysBelow(store, 'datasets/ds_1')).toEqual([]);
  });

  it('comes out the same when the upload is read again', async () => {
    const archive = await buildImageFolderZip({ classes: 2, perClass: 8, size: 12 });
    const read = async () => {
      const store = createTestStore();
      await ingest(store, archive);
      const keys = (await keysBelow(store, 'datasets/ds_1/gallery')).map((key) => key.split('/').slice(-1)[0]);
      expect(keys).toEqual(FILES);
      return Promise.all(keys.map((file) => store.readBytes(`datasets/ds_1/gallery/${file}`)));
    };
    expect(await read()).toEqual(await read());
  });
});
