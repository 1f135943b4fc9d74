import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { manifestKey } from './dataset-keys.js';
import { verifyManifest } from './verify-manifest.js';

const root = await mkdtemp(join(tmpdir(), 'verify-'));
afterAll(() => rm(root, { recursive: true }));
const store = openObjectStore({ root });
const manifest = Buffer.from('{"version":2}');
const digest = createHash('sha256').update(manifest).digest('hex');

describe('verifyManifest', () => {
  it('takes the manifest that the job was made for, and no other', async () => {
    await store.write(manifestKey('ds_1'), manifest);
    await verifyManifest(store, 'ds_1', digest);
    await store.write(manifestKey('ds_1'), Buffer.from('{"version": 2}'));
    await expect(verifyManifest(store, 'ds_1', digest)).rejects.toMatchObject({ code: 'dataset_changed' });
  });

  it('refuses a data set without a manifest, and a job that notes none', async () => {
    const refusal = { code: 'dataset_changed', detail: expect.stringContaining('Upload it again') };
    await expect(verifyManifest(store, 'ds_2', digest)).rejects.toMatchObject(refusal);
    await expect(verifyManifest(store, 'ds_1', null)).rejects.toMatchObject(refusal);
  });
});
