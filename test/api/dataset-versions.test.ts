import type { Dataset } from '@trainyard/contracts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob, ERROR, INGESTED, readyDataset, uploadedDataset, WORKER } from '../db/rows.js';
import { buildImageFolderZip } from '../fixtures/index.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

const PATH = '/v1/datasets';

let api: TestApi;
let archive: Buffer;
beforeAll(async () => {
  api = await createTestApi();
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
});

const add = (id: string) => api.member.post(`${PATH}/${id}/images`).attach('file', archive, 'more.zip');

const ready = () => readyDataset(api.db, api.member.projectId);

/** As a worker does that has read it, with the files that it writes. */
async function finish(id: string): Promise<void> {
  const claim = await api.db.datasets.claim(id, WORKER);
  if (claim === null) throw new Error('the data set could not be taken');
  await api.store.write(`datasets/${id}/manifest.json`, Buffer.from('{}'));
  await api.db.datasets.markReady(claim, INGESTED);
}

async function uploaded(): Promise<string> {
  const { body } = await api.member.post(PATH).attach('file', archive, 'a.zip').expect(202);
  await finish(body.id);
  return body.id;
}

async function added(parentId: string): Promise<string> {
  const { body } = await add(parentId).expect(202);
  await finish(body.id);
  return body.id;
}

async function filesOf(id: string): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [`uploads/${id}`, `datasets/${id}`]) {
    for await (const key of api.store.list(prefix)) keys.push(key);
  }
  return keys;
}

const remove = (id: string) => api.member.delete(`${PATH}/${id}`);

describe('POST /v1/datasets/{id}/images', () => {
  it('202 with a new data set that goes on from this one, which stays as it is', async () => {
    const parent = await ready();
    const { body } = await add(parent.id).field('name', 'more').expect(202);
    expect(body).toMatchObject({ status: 'processing', name: 'more', parent_id: parent.id, version: 2, digest: null });
    expect(Buffer.from(await api.store.readBytes(`uploads/${body.id}/source`))).toEqual(archive);
    expect((await api.member.get(`${PATH}/${parent.id}`).expect(200)).body).toEqual(parent);
    await finish(body.id);
    const again: Dataset = (await add(body.id).expect(202)).body;
    expect(again).toMatchObject({ parent_id: body.id, version: 3, name: 'more' });
  });

  it('202 for a resumable upload', async () => {
    const parent = await ready();
    const sent = api.member.post('/v1/uploads').set({
      'tus-resumable': '1.0.0',
      'upload-length': String(archive.length),
      'content-type': 'application/offset+octet-stream',
    });
    const { headers } = await sent.send(archive).expect(201);
    const upload_id = String(headers.location).split('/').pop();
    const path = `${PATH}/${parent.id}/images`;
    const wrong = await api.member.post(path, { upload_id, options: { task: 'regression' } });
    expectPointers(wrong, 'invalid_request', ['/options/task']);
    const { body } = await api.member.post(path, { upload_id }).expect(202);
    expect(body).toMatchObject({ status: 'processing', parent_id: parent.id, version: 2, bytes: archive.length });
    expectProblem(await remove(parent.id), 'conflict');
    await finish(body.id);
    await remove(body.id).expect(204);
    expect(await filesOf(body.id)).toEqual([]);
  });

  it('202 once for one Idempotency-Key', async () => {
    const { id } = await ready();
    const send = () => add(id).set('idempotency-key', `once-${id}`);
    const first = await send().expect(202);
    const second = await send().expect(202);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    const { body } = await api.member.get(`${PATH}?limit=100`).expect(200);
    expect(body.data.filter(({ parent_id }: Dataset) => parent_id === id)).toHaveLength(1);
    const other = add((await ready()).id).set('idempotency-key', `once-${id}`);
    expectProblem(await other, 'idempotency_key_reused');
  });

  it('202 for a version without an upload, in which leaks are dropped', async () => {
    const parent = await ready();
    const path = `${PATH}/${parent.id}/images`;
    const send = () =>
      api.member.post(path, { options: { leaks: 'drop' } }).set('idempotency-key', `drop-${parent.id}`);
    const { body } = await send().expect(202);
    expect(body).toMatchObject({ status: 'processing', parent_id: parent.id, version: 2, bytes: 0 });
    expect((await send().expect(202)).body).toEqual(body);
    expect(await api.db.datasets.claim(body.id, WORKER)).toMatchObject({
      sourceKey: null,
      parentId: parent.id,
      options: { leaks: 'drop', image: parent.image },
    });
    for (const [options, pointer] of [
      [{}, '/options/leaks'],
      [{ leaks: 'keep' }, '/options/leaks'],
      [{ leaks: 'drop', task: 'multiclass' }, '/options/task'],
    ] as const) {
      expectPointers(await api.member.post(path, { options }), 'invalid_request', [pointer]);
    }
    expectPointers(await api.member.post(path, {}), 'invalid_request', ['/upload_id']);
  });

  it('404 for a data set that is not there, or in another project', async () => {
    const foreign = await readyDataset(api.db, api.stranger.projectId);
    expectProblem(await add(foreign.id), 'not_found');
    expectProblem(await add('ds_unknown'), 'not_found');
  });

  it('409 for one that is being read, or has failed', async () => {
    const waiting = await uploadedDataset(api.db, api.member.projectId);
    expectProblem(await add(waiting.id), 'dataset_not_ready');
    const claim = await api.db.datasets.claim(waiting.id, WORKER);
    await api.db.datasets.markFailed(claim!, ERROR);
    expectProblem(await add(waiting.id), 'dataset_not_ready');
  });

  it('422 for another image size or task, before and after the file', async () => {
    const { id } = await ready();
    const options = JSON.stringify({ image: { width: 8 }, task: 'regression' });
    const form = () => api.member.post(`${PATH}/${id}/images`);
    const pointers = ['/options/image', '/options/task'];
    expectPointers(
      await form().field('options', options).attach('file', archive, 'a.zip'),
      'invalid_request',
      pointers,
    );
    expectPointers(await add(id).field('options', options), 'invalid_request', pointers);
    const children = (await api.member.get(`${PATH}?limit=100`)).body.data.filter(
      ({ parent_id }: Dataset) => parent_id === id,
    );
    expect(children).toEqual([]);
  });
});

describe('DELETE /v1/datasets/{id}', () => {
  it('409 while images are added to it, and 204 once they are read', async () => {
    const parent = await uploaded();
    const { body } = await add(parent).expect(202);
    expect(expectProblem(await remove(parent), 'conflict').detail).toContain(body.id);
    await finish(body.id);
    await remove(parent).expect(204);
    expectProblem(await api.member.get(`${PATH}/${parent}`), 'not_found');
    expect((await api.member.get(`${PATH}/${body.id}`).expect(200)).body.parent_id).toBe(parent);
  });

  it('204 with the files of an upload kept until the last version that has them is deleted', async () => {
    const first = await uploaded();
    const second = await added(first);
    const third = await added(first);
    const kept = await filesOf(first);
    expect(kept).toEqual([`uploads/${first}/source`, `datasets/${first}/manifest.json`]);
    await remove(first).expect(204);
    await remove(second).expect(204);
    expect(await filesOf(second)).toEqual([]);
    expect(await filesOf(first)).toEqual(kept);
    await remove(third).expect(204);
    expect([await filesOf(first), await filesOf(third)]).toEqual([[], []]);
  });

  it('204 for one that is being read or received, whose files go when nobody writes to them any more', async () => {
    const { body } = await api.member.post(PATH).attach('file', archive, 'a.zip').expect(202);
    const claim = await api.db.datasets.claim(body.id, WORKER);
    await remove(body.id).expect(204);
    expectProblem(await api.member.get(`${PATH}/${body.id}`), 'not_found');
    await api.store.write(`datasets/${body.id}/manifest.json`, Buffer.from('{}'));
    const coming = await api.db.datasets.create({ projectId: api.member.projectId, sourceKey: 'uploads/x/source' });
    await remove(coming.id).expect(204);
    expect(await filesOf(body.id)).toHaveLength(2);
    await api.db.datasets.letGo(claim!);
    await expect.poll(() => filesOf(body.id), { timeout: 30_000 }).toEqual([]);
    await expect.poll(() => api.db.datasets.abandonedUploads(), { timeout: 30_000 }).not.toContain(coming.id);
  });
});

describe('a job', () => {
  it('says which data it is for', async () => {
    const dataset = await ready();
    const { id } = await createJob(api.db, api.member.projectId, dataset.id);
    const { body } = await api.member.get(`/v1/jobs/${id}`).expect(200);
    expect(body).toMatchObject({ dataset_id: dataset.id, dataset_digest: dataset.digest });
  });

  it('409 on a data set that was read before data sets had digests', async () => {
    const { id } = await ready();
    const client = new pg.Client({ connectionString: api.environment.DATABASE_URL });
    await client.connect();
    await client.query('UPDATE datasets SET digest = NULL WHERE id = $1', [id]);
    await client.end();
    const answer = await api.member.post('/v1/jobs', { dataset_id: id, model: SMALL_NET, training: { batch_size: 4 } });
    expect(expectProblem(answer, 'dataset_not_ready').detail).toContain('Upload it again');
    expect(expectProblem(await add(id), 'dataset_not_ready').detail).toContain('Upload it again');
  });
});
