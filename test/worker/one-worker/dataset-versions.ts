import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImageFolderZip } from '../../fixtures/index.js';
import { datasetThat, ended, jobThat, readyDataset, submit, type Trainyard, upload } from '../trainyard.js';
import { oneWorker, RULES } from './shared.js';

let trainyard: Trainyard;

beforeAll(async () => {
  ({ trainyard } = await oneWorker());
});

async function filesOf(id: string): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [`uploads/${id}`, `datasets/${id}`]) {
    for await (const key of trainyard.store.list(prefix)) keys.push(key);
  }
  return keys;
}

const deleted: string[] = [];

async function remove(id: string): Promise<void> {
  await trainyard.db.datasets.remove(trainyard.projectId, id);
  deleted.push(id);
}

describe('a version of a data set', () => {
  it('has the images of both, is trained on without its parent, and frees what the two shared', async () => {
    const parent = await readyDataset(trainyard, 20);
    const more = await buildImageFolderZip({ classes: ['class-00', 'class-07'], perClass: 10, size: 16, seed: 2 });
    const { id } = await upload(trainyard, more, parent.id);
    const child = await datasetThat(trainyard, id, ({ status }) => status !== 'processing');
    expect(child).toMatchObject({ status: 'ready', parent_id: parent.id, version: 2, image: parent.image });
    expect(child.classes).toEqual([...(parent.classes ?? []), 'class-07']);
    expect(child.counts?.total).toBe(80);
    expect(child.digest).not.toBe(parent.digest);

    await remove(parent.id);
    const job = await submit(trainyard, child.id, { epochs: 1, batch_size: 16 });
    expect(await jobThat(trainyard, job.id, ended)).toMatchObject({
      status: 'succeeded',
      dataset_digest: child.digest,
    });
    const { db, projectId } = trainyard;
    const revision = await db.datasets.revise({ projectId, parentId: child.id, options: { leaks: 'drop' } });
    const revised = await datasetThat(trainyard, revision.id, ({ status }) => status !== 'processing');
    expect(revised).toMatchObject({ status: 'ready', version: 3, classes: child.classes, bytes: 0 });
    expect(revised.counts?.test).toEqual(child.counts?.test);

    await remove(child.id);
    expect(await filesOf(parent.id)).not.toEqual([]);
    await remove(revised.id);
  });

  it('fails where its upload cannot be read, and keeps nothing of its parent', async () => {
    const parent = await readyDataset(trainyard, 20);
    const { id } = await upload(trainyard, new TextEncoder().encode('no archive'), parent.id);
    expect((await datasetThat(trainyard, id, ({ status }) => status !== 'processing')).status).toBe('failed');
    await remove(parent.id);
  });
});

/** The SHA-256 of each file of a data set, but for those that name the data set. */
async function digestsOf(id: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const key of await filesOf(id)) {
    if (key.endsWith('manifest.json')) continue;
    const bytes = await trainyard.store.readBytes(key);
    digests.set(key.replace(id, ''), createHash('sha256').update(bytes).digest('hex'));
  }
  return digests;
}

/** Resolves when a worker has begun to read it. */
function untilTaken(id: string): Promise<unknown> {
  const { db, projectId } = trainyard;
  const events = async () => (await db.datasetEvents.list(projectId, id)).data.length;
  return expect.poll(events, { timeout: 60_000, interval: 20 }).toBeGreaterThan(1);
}

describe('a data set that is deleted while it is read', () => {
  it('is gone at once, and its worker goes on with another', async () => {
    const { db, projectId } = trainyard;
    const { id } = await upload(trainyard, await buildImageFolderZip({ classes: 3, perClass: 100, size: 48 }));
    await untilTaken(id);
    await remove(id);
    await expect(db.datasets.get(projectId, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await readyDataset(trainyard, 20)).status).toBe('ready');
  });
});

describe('a job', () => {
  it('is not trained on a data set that is not what it was made for', async () => {
    const { store } = trainyard;
    const dataset = await readyDataset(trainyard, 20);
    expect(dataset.digest).toMatch(/^[0-9a-f]{64}$/);
    const manifest = `datasets/${dataset.id}/manifest.json`;
    const bytes = await store.readBytes(manifest);
    await store.write(manifest, Buffer.concat([bytes, Buffer.from(' ')]));
    const { id } = await submit(trainyard, dataset.id, { epochs: 1, batch_size: 16 });
    const failed = await jobThat(trainyard, id, ended);
    expect(failed).toMatchObject({ status: 'failed', dataset_digest: dataset.digest, attempt: 1 });
    expect(failed.error).toMatchObject({ code: 'dataset_changed', message: expect.stringContaining(dataset.id) });

    await store.write(manifest, bytes);
    const again = await submit(trainyard, dataset.id, { epochs: 1, batch_size: 16 });
    expect(await jobThat(trainyard, again.id, ended)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a data set whose worker is killed while it reads', () => {
  it('is read by another, to the same bytes', async () => {
    const archive = await buildImageFolderZip({ classes: 3, perClass: 100, size: 48 });
    const undisturbed = await upload(trainyard, archive);
    await datasetThat(trainyard, undisturbed.id, ({ status }) => status === 'ready');
    const { id } = await upload(trainyard, archive);
    await untilTaken(id);
    const shared = await oneWorker();
    shared.worker.process.kill('SIGKILL');
    shared.worker = await trainyard.startWorker(RULES);
    const dataset = await datasetThat(trainyard, id, ({ status }) => status !== 'processing');
    expect(dataset).toMatchObject({ status: 'ready', counts: { total: 300 } });
    const digests = await digestsOf(id);
    expect(digests.size).toBeGreaterThan(5);
    expect([...digests]).toEqual([...(await digestsOf(undisturbed.id))]);
  });
});

describe('what was deleted', () => {
  it('has left no file behind', async () => {
    expect(deleted).toHaveLength(5);
    for (const id of deleted) await expect.poll(() => filesOf(id), { timeout: 60_000, interval: 250 }).toEqual([]);
    expect(await trainyard.db.datasets.unneededFiles()).toEqual([]);
  });
});
