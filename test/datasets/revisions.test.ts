import { ingestDataset } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildZip, imageFolderContents } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow, readStored } from './store.js';

const revision = { datasetId: 'ds_2', sourceKey: null, parentId: 'ds_1', format: 'auto', options: {} } as const;

describe('a version without an upload', () => {
  it('leaves out what leaks, and shares the images with its parent', async () => {
    const store = createTestStore();
    const contents = imageFolderContents({ classes: ['cat', 'dog'], perClass: 6, size: 16, splits: ['train', 'test'] });
    const leak = contents.find(({ path }) => path.startsWith('train/cat/'));
    const copy = { ...leak!, path: 'test/cat/copy.png' };
    await ingest(store, await buildZip([...contents, copy]));
    const parent = await readStored(store, 'ds_1');

    const kept = await ingestDataset(store, revision);
    const dropped = await ingestDataset(store, { ...revision, datasetId: 'ds_3', options: { leaks: 'drop' } });
    expect(kept).toMatchObject({ counts: parent.manifest.counts, stats: parent.manifest.stats, parts: ['ds_1'] });
    expect((await readStored(store, 'ds_2')).manifest).toMatchObject({ parent_id: 'ds_1', number: 2 });
    expect(dropped.counts.test).toEqual(parent.manifest.counts.test);
    expect(dropped.counts.total).toBeLessThan(parent.manifest.counts.total);
    const { skipped } = await readStored(store, 'ds_3');
    expect(skipped.map(({ code }) => code)).toEqual(skipped.map(() => 'leaking_duplicate'));
    expect(skipped.map(({ file }) => file)).toContain(leak!.path);
    expect((await keysBelow(store, 'datasets/ds_3')).filter((key) => key.includes('/tensors/'))).toEqual([]);
  });

  it('needs a parent', async () => {
    const request = { ...revision, parentId: null };
    await expect(ingestDataset(createTestStore(), request)).rejects.toMatchObject({ code: 'invalid_dataset' });
  });
});
