import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createJob, ERROR, INGESTED, openTestDatabase, readyDataset, uploadedDataset, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();
const { datasets } = db;

async function query(sql: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const isKept = async (id: string) => (await query('SELECT 1 FROM datasets WHERE id = $1', [id])).length > 0;

async function claimed(id: string) {
  const claim = await datasets.claim(id, WORKER);
  if (claim === null) throw new Error('the data set could not be taken');
  return claim;
}

/** A data set whose upload is to be added to another. */
async function addedTo(parentId: string) {
  const { id } = await datasets.create({ projectId, parentId, sourceKey: 'uploads/x/source' });
  return datasets.uploaded(id, { bytes: 1 });
}

async function readyVersion(parentId: string) {
  const { id } = await addedTo(parentId);
  await datasets.markReady(await claimed(id), INGESTED);
  return datasets.get(projectId, id);
}

async function remove(id: string): Promise<string[]> {
  const unneeded = await datasets.unneededFiles(await datasets.remove(projectId, id));
  for (const files of unneeded) await datasets.filesRemoved(files.id);
  return unneeded.map((files) => files.id);
}

describe('a version of a data set', () => {
  it('has its parent, the next number, and its name and options with those that are given', async () => {
    const { id: parentId } = await datasets.create({ projectId, name: 'pets', sourceKey: 'uploads/a/source' });
    const options = { label_column: 'kind', max_skipped: 0.2, image: { width: 8, fit: 'contain' as const } };
    await datasets.uploaded(parentId, { bytes: 1, options });
    await datasets.markReady(await claimed(parentId), INGESTED);
    const { id } = await datasets.create({ projectId, parentId, sourceKey: 'uploads/b/source' });
    const child = await datasets.uploaded(id, { bytes: 1, options: { label_columns: ['a', 'b'], max_skipped: 0 } });
    expect(child).toMatchObject({ name: 'pets', parent_id: parentId, version: 2, status: 'processing', digest: null });
    expect(await claimed(id)).toMatchObject({
      parentId,
      options: { label_columns: ['a', 'b'], max_skipped: 0, image: { ...INGESTED.image, fit: 'contain' } },
    });
  });

  it('needs a parent of its own project that is ready, and was read by a version that wrote a digest', async () => {
    const begun = (parentId: string) => datasets.create({ projectId, parentId, sourceKey: 'uploads/x/source' });
    const other = await db.projects.create({ name: 'parents' });
    await expect(begun((await readyDataset(db, other.id)).id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(begun('ds_unknown')).rejects.toMatchObject({ code: 'not_found' });
    await expect(begun((await uploadedDataset(db, projectId)).id)).rejects.toMatchObject({ code: 'dataset_not_ready' });
    const old = await readyDataset(db, projectId);
    await query('UPDATE datasets SET digest = NULL WHERE id = $1', [old.id]);
    await expect(begun(old.id)).rejects.toMatchObject({ code: 'dataset_not_ready', detail: /Upload it again/ });
  });

  it('keeps its parent from being deleted until it is read', async () => {
    const parent = await readyDataset(db, projectId);
    const child = await addedTo(parent.id);
    await expect(remove(parent.id)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(child.id),
    });
    await datasets.markReady(await claimed(child.id), INGESTED);
    expect(await remove(parent.id)).toEqual([]);
    expect(await datasets.get(projectId, child.id)).toMatchObject({ status: 'ready', parent_id: parent.id });
  });
});

describe('the files of deleted data sets', () => {
  it('are unneeded once no version has them as a part, in whichever order the versions go', async () => {
    const first = await readyDataset(db, projectId);
    const second = await readyVersion(first.id);
    const third = await readyVersion(second.id);
    const sibling = await readyVersion(first.id);
    expect(await remove(first.id)).toEqual([]);
    expect(await remove(third.id)).toEqual([third.id]);
    expect(await remove(second.id)).toEqual([second.id]);
    expect(await isKept(first.id)).toBe(true);
    expect(await remove(sibling.id)).toEqual([first.id, sibling.id]);
    for (const { id } of [first, second, third, sibling]) expect(await isKept(id)).toBe(false);
  });

  it('are not kept by a version that could not be read', async () => {
    const parent = await readyDataset(db, projectId);
    const child = await addedTo(parent.id);
    await datasets.markFailed(await claimed(child.id), ERROR);
    expect(await remove(parent.id)).toEqual([parent.id]);
    expect((await datasets.get(projectId, child.id)).status).toBe('failed');
  });

  it('stay while a worker may still write to them', async () => {
    const { id } = await uploadedDataset(db, projectId);
    const claim = await claimed(id);
    expect(await remove(id)).toEqual([]);
    await expect(datasets.renewLease(claim, 1000)).rejects.toMatchObject({ code: 'stale_attempt' });
    await expect(datasets.markReady(claim, INGESTED)).rejects.toMatchObject({ code: 'stale_attempt' });
    await expect(datasets.release(claim)).rejects.toMatchObject({ code: 'stale_attempt' });
    expect(await datasets.requeueExpired()).not.toContain(id);
    await datasets.letGo(claim);
    expect(await datasets.unneededFiles([id])).toEqual([{ id, sourceKey: 'uploads/x/source' }]);
    await datasets.filesRemoved(id);
    expect(await isKept(id)).toBe(false);
  });

  it('are unneeded once the lease of a worker that is gone has run out', async () => {
    const { id } = await uploadedDataset(db, projectId);
    await datasets.claim(id, { workerId: 'wrk_gone', leaseMs: -1 });
    expect(await remove(id)).toEqual([id]);
  });

  it('go before the row, which waits for the last job', async () => {
    const { id } = await readyDataset(db, projectId);
    const job = await createJob(db, projectId, id);
    await db.jobs.cancel(projectId, job.id);
    expect(await remove(id)).toEqual([id]);
    expect(await datasets.unneededFiles()).toEqual([]);
    await datasets.forgetDeleted();
    expect(await isKept(id)).toBe(true);
    await db.jobs.remove(projectId, job.id);
    expect(await datasets.forgetDeleted()).toBe(1);
    expect(await isKept(id)).toBe(false);
  });

  it('of an upload that is coming in are left to those who receive it', async () => {
    const { id } = await datasets.create({ projectId, sourceKey: 'uploads/y/source' });
    expect(await remove(id)).toEqual([]);
    expect(await datasets.abandonedUploads()).toContain(id);
    await expect(datasets.uploaded(id, { bytes: 1 })).rejects.toMatchObject({ code: 'not_found' });
    await datasets.discard(id);
    // It was received to its end after that.
    expect(await datasets.abandonUpload(id)).toBe(true);
    expect(await datasets.abandonUpload((await uploadedDataset(db, projectId)).id)).toBe(false);
  });
});

describe('at the same time', () => {
  it('a version is begun or its parent deleted, never both', async () => {
    const begun = (parentId: string) => datasets.create({ projectId, parentId, sourceKey: 'uploads/x/source' });
    for (let round = 0; round < 20; round++) {
      const { id } = await readyDataset(db, projectId);
      const [child, removed] = await Promise.allSettled([begun(id), datasets.remove(projectId, id)]);
      expect([child.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
      const refusal = child.status === 'rejected' ? child.reason : removed.status === 'rejected' && removed.reason;
      expect(refusal).toMatchObject({ code: child.status === 'rejected' ? 'not_found' : 'conflict' });
      if (child.status === 'rejected') expect(await datasets.unneededFiles([id])).toHaveLength(1);
    }
  });

  it('a job is made or its data set deleted, never both', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await readyDataset(db, projectId);
      const [job, removed] = await Promise.allSettled([createJob(db, projectId, id), datasets.remove(projectId, id)]);
      expect([job.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('two versions go, and the files that they share are unneeded for one of the two at least', async () => {
    for (let round = 0; round < 8; round++) {
      const first = await readyDataset(db, projectId);
      const versions = [await readyVersion(first.id), await readyVersion(first.id)];
      await remove(first.id);
      const unneeded = await Promise.all(
        versions.map(async ({ id }) => datasets.unneededFiles(await datasets.remove(projectId, id))),
      );
      expect(unneeded.flat().map(({ id }) => id)).toContain(first.id);
    }
  });
});

describe('a job', () => {
  it('notes the digest of its data set, and hands it to its worker', async () => {
    const dataset = await readyDataset(db, projectId);
    const job = await createJob(db, projectId, dataset.id);
    expect(job.dataset_digest).toBe(INGESTED.digest);
    expect(await db.jobs.claim(job.id, WORKER)).toMatchObject({ datasetDigest: INGESTED.digest });
  });

  it('is refused on a data set that was read before there were digests', async () => {
    const { id } = await readyDataset(db, projectId);
    await query('UPDATE datasets SET digest = NULL WHERE id = $1', [id]);
    const refusal = { code: 'dataset_not_ready', detail: /Upload it again/ };
    await expect(createJob(db, projectId, id)).rejects.toMatchObject(refusal);
    await expect(datasets.content(projectId, id)).rejects.toMatchObject(refusal);
  });
});

describe('the events of a data set', () => {
  const listed = async (id: string) => (await db.datasetEvents.list(projectId, id, { limit: 100 })).data;
  const progress = (fraction: number, stage?: 'listing' | 'decoding') => ({
    fraction,
    images: 0,
    images_total: null,
    ...(stage && { stage }),
  });

  it('tell its statuses, and its progress where the stage changes or a twentieth is done', async () => {
    const { id } = await uploadedDataset(db, projectId);
    const claim = await claimed(id);
    await datasets.setProgress(claim, progress(0.001, 'listing'));
    for (let done = 1; done <= 1000; done += 9) await datasets.setProgress(claim, progress(done / 1000, 'decoding'));
    await datasets.markReady(claim, INGESTED);
    const events = await listed(id);
    expect(events.map(({ subject_id }) => subject_id)).toEqual(events.map(() => id));
    const statuses = events.filter(({ type }) => type === 'status').map(({ data }) => data);
    expect(statuses).toMatchObject([
      { status: 'processing', attempt: 0 },
      { status: 'processing', attempt: 1 },
      { status: 'ready', attempt: 1, digest: INGESTED.digest, images: 12, warnings: [] },
    ]);
    const rows = events.filter(({ type }) => type === 'progress').map(({ data }) => data);
    expect(rows).toHaveLength(1 + 1 + 20);
    expect(rows[1]).toMatchObject({ attempt: 1, stage: 'decoding', fraction: 0.001, images: 0 });
  });

  it('begin anew with each attempt, and end with the error', async () => {
    const { id } = await uploadedDataset(db, projectId);
    const first = await claimed(id);
    await datasets.setProgress(first, progress(0.9, 'decoding'));
    await datasets.release(first);
    const second = await claimed(id);
    expect((await datasets.get(projectId, id)).progress).toBeNull();
    await datasets.setProgress(second, progress(0.2, 'decoding'));
    await expect(datasets.setProgress(first, progress(1, 'decoding'))).rejects.toMatchObject({ code: 'stale_attempt' });
    await datasets.markFailed(second, ERROR);
    const events = await listed(id);
    expect(events.map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: 'status', data: { status: 'processing', attempt: 0 } },
      { type: 'status', data: { status: 'processing', attempt: 1 } },
      { type: 'progress', data: { attempt: 1, fraction: 0.9 } },
      { type: 'status', data: { status: 'processing', attempt: 1, reason: 'Its worker gave it back' } },
      { type: 'status', data: { status: 'processing', attempt: 2 } },
      { type: 'progress', data: { attempt: 2, fraction: 0.2 } },
      { type: 'status', data: { status: 'failed', attempt: 2, error: ERROR, reason: ERROR.message } },
    ]);
    const rest = await db.datasetEvents.list(projectId, id, { after: events[4]!.id, limit: 1 });
    expect(rest).toMatchObject({ data: [{ id: events[5]!.id }], has_more: true });
    await expect(db.datasetEvents.list(projectId, id, { after: 'evt_x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const other = await db.projects.create({ name: 'watchers' });
    await expect(db.datasetEvents.list(other.id, id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('go with the data set', async () => {
    const { id } = await readyDataset(db, projectId);
    await remove(id);
    await expect(listed(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await query('SELECT 1 FROM dataset_events WHERE dataset_id = $1', [id])).toEqual([]);
  });
});

describe('a data set that waits', () => {
  it('is announced again where the queue lost it, unless it was deleted', async () => {
    const [kept, gone] = [await uploadedDataset(db, projectId), await uploadedDataset(db, projectId)];
    const pending = await db.outbox.pending(10_000);
    await db.outbox.markDispatched(pending.map(({ id }) => id));
    await datasets.remove(projectId, gone.id);
    await db.outbox.redispatch(-1000);
    const again = (await db.outbox.pending(10_000)).map(({ subjectId }) => subjectId);
    expect(again).toContain(kept.id);
    expect(again).not.toContain(gone.id);
    expect(await datasets.claim(gone.id, WORKER)).toBeNull();
  });
});
