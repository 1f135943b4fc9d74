import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetManifest } from '@trainyard/contracts';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { manifestKey, samplesKey } from './dataset-keys.js';
import { writeManifest } from './manifest.js';
import { verifyManifest } from './verify-manifest.js';

const root = await mkdtemp(join(tmpdir(), 'verify-'));
afterAll(() => rm(root, { recursive: true }));
const store = openObjectStore({ root });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TABLE = '{"part":0,"row":0,"label":0,"split":"train","given":false}\n';
const SPLIT = { total: 1, classes: { cat: 1 } };

const MANIFEST: DatasetManifest = {
  version: 2,
  dataset_id: 'ds_1',
  parent_id: null,
  number: 1,
  task: 'multiclass',
  classes: ['cat'],
  targets: null,
  image: { width: 1, height: 1, channels: 1 },
  fit: 'cover',
  stats: { mean: [0], std: [1] },
  counts: { total: 3, train: SPLIT, validation: SPLIT, test: SPLIT },
  parts: [
    {
      version: 2,
      part_id: 'ds_1',
      source_key: 'uploads/ds_1/source',
      format: 'image_folder',
      samples: { count: 1, sha256: sha256('') },
    },
  ],
  samples: { count: 1, sha256: sha256(TABLE) },
  skipped: { count: 0, sha256: sha256('') },
};

let digest: string;
beforeEach(async () => {
  digest = await writeManifest(store, MANIFEST);
  await store.write(samplesKey('ds_1'), Buffer.from(TABLE));
});

const verify = (id: string, noted: string | null) => verifyManifest(store, id, noted);

describe('verifyManifest', () => {
  it('takes the manifest that the job was made for, and no other', async () => {
    await verify('ds_1', digest);
    await writeManifest(store, { ...MANIFEST, classes: ['dog'] });
    await expect(verify('ds_1', digest)).rejects.toMatchObject({ code: 'dataset_changed' });
  });

  it('takes the labels and splits that the manifest tells of, and no others', async () => {
    await store.write(samplesKey('ds_1'), Buffer.from(TABLE.replace('train', 'test')));
    const refusal = { code: 'dataset_changed', detail: expect.stringContaining('table of samples') };
    await expect(verify('ds_1', digest)).rejects.toMatchObject(refusal);
    await store.remove(samplesKey('ds_1'));
    await expect(verify('ds_1', digest)).rejects.toMatchObject(refusal);
  });

  it('refuses a data set without a manifest, and a job that notes none', async () => {
    const refusal = { code: 'dataset_changed', detail: expect.stringContaining('Upload it again') };
    await expect(verify('ds_2', digest)).rejects.toMatchObject(refusal);
    await expect(verify('ds_1', null)).rejects.toMatchObject(refusal);
  });

  it('refuses a manifest of the first version', async () => {
    await store.write(manifestKey('ds_1'), Buffer.from('{"version":1}'));
    await expect(verify('ds_1', sha256('{"version":1}'))).rejects.toMatchObject({ code: 'invalid_dataset' });
  });
});
