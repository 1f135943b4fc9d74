// Images that are added to a data set: a new one that shares what the first was made of.
import type { Split } from '@trainyard/contracts';
import { openPacked, packDataset } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';
import { describe, expect, it } from 'vitest';
import { buildImageFolderZip, buildZip, imageFolderContents, type ZipContent } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const ADDED = { datasetId: 'ds_2', parentId: 'ds_1' };

/** Images unlike any that another `seed` gives. */
function folder(classes: string[], perClass: number, seed: number): ZipContent[] {
  return imageFolderContents({ classes, perClass, seed }).map((content) => ({
    ...content,
    path: content.path.replace('.png', `-${seed}.png`),
  }));
}

async function splitsOf(store: ObjectStore, datasetId: string): Promise<Map<string, Split>> {
  const { samples } = await readStored(store, datasetId);
  return new Map(samples.map(({ content, split }) => [content, split]));
}

describe('images that are added', () => {
  it('leave the others in their splits, and all come to the fractions', async () => {
    const store = createTestStore();
    const first = await ingest(store, await buildZip(folder(['a', 'b'], 20, 1)));
    const second = await ingest(store, await buildZip(folder(['a', 'b'], 30, 2)), ADDED);
    expect(second.counts).toMatchObject({ train: { total: 80 }, validation: { total: 10 }, test: { total: 10 } });
    expect(second.counts.test.classes).toEqual({ a: 5, b: 5 });
    expect([first.parts, second.parts]).toEqual([['ds_1'], ['ds_1', 'ds_2']]);
    expect(second.digest).not.toBe(first.digest);
    const [before, after] = [await splitsOf(store, 'ds_1'), await splitsOf(store, 'ds_2')];
    expect(before.size).toBe(40);
    for (const [content, split] of before) expect(after.get(content)).toBe(split);
    expect((await readStored(store, 'ds_2')).manifest).toMatchObject({ parent_id: 'ds_1', number: 2 });
  });

  it('share the tensors of the others, and are read together with them', async () => {
    const store = createTestStore();
    await ingest(store, await buildZip(folder(['a', 'b'], 20, 1)));
    const shared = await keysBelow(store, 'datasets/ds_1');
    const { image, stats } = await ingest(store, await buildZip(folder(['a', 'b'], 10, 2)), ADDED);
    expect(await keysBelow(store, 'datasets/ds_1')).toEqual(shared);
    const size = { ...image, fit: 'cover' } as const;
    const packed = await openPacked(store, 'ds_2', size);
    expect(packed.stats).toEqual(stats);
    const { train } = packed.splits;
    const bytes = image.width * image.height * image.channels;
    const pixels = new Uint8Array(train.count * bytes);
    await train.readImages(
      Array.from({ length: train.count }, (_, index) => index),
      pixels,
    );
    // The mean of the red channel, from the pixels themselves.
    let red = 0;
    for (let image = 0; image < train.count; image++) {
      for (let pixel = 0; pixel < bytes / 3; pixel++) red += pixels[image * bytes + pixel];
    }
    expect(stats.mean[0]).toBeCloseTo(red / (train.count * (bytes / 3) * 255), 9);
    await packed.close();
    const other = await packDataset(store, 'ds_2', { width: 5, height: 4, channels: 1, fit: 'fill' });
    expect(other.splits.train.count).toBe(train.count);
    await other.close();
    expect(await store.stat('datasets/ds_1/tensors/5x4x1-fill/index.json')).not.toBeNull();
  });

  it('may be of new classes, which come behind the others', async () => {
    const store = createTestStore();
    await ingest(store, await buildZip(folder(['bee', 'cat'], 10, 1)));
    const archive = await buildZip(folder(['ant', 'cat'], 10, 2));
    const { classes, counts, warnings } = await ingest(store, archive, ADDED);
    expect(warnings.find(({ code }) => code === 'new_classes')).toMatchObject({
      count: 1,
      message: expect.stringContaining('"ant"'),
    });
    expect(classes).toEqual(['bee', 'cat', 'ant']);
    expect(counts.train.classes).toEqual({ bee: 8, cat: 16, ant: 8 });
    const { samples } = await readStored(store, 'ds_2');
    for (const { source, label } of samples) expect(classes[Number(label)]).toBe(source.split('/')[0]);
  });

  it('may be of one class alone, and go where an image that is the same is', async () => {
    const store = createTestStore();
    const contents = folder(['a', 'b'], 20, 1);
    await ingest(store, await buildZip(contents));
    const again = contents.filter(({ path }) => path.startsWith('a/'));
    const { counts } = await ingest(store, await buildZip(again), ADDED);
    expect(counts.total).toBe(60);
    const before = await splitsOf(store, 'ds_1');
    for (const { content, split } of (await readStored(store, 'ds_2')).samples) expect(before.get(content)).toBe(split);
  });

  it('are refused in another size, and leave the others as they are', async () => {
    const store = createTestStore();
    await ingest(store, await buildImageFolderZip({ perClass: 10 }));
    const keys = await keysBelow(store, 'datasets');
    const options = { image: { width: 99 } };
    await expect(ingest(store, await buildImageFolderZip(), { ...ADDED, options })).rejects.toMatchObject({
      code: 'invalid_dataset',
      detail: expect.stringMatching(/options.image.width is 99. Expected: 16/),
    });
    expect(await keysBelow(store, 'datasets')).toEqual(keys);
  });
});
