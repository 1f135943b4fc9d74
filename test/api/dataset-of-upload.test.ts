// Data sets that are made of resumable uploads.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { buildImageFolderZip } from '../fixtures/index.js';
import { expectPointers, expectProblem } from './problem.js';
import { idOf } from './tus.js';
import { createUploadApi, sha256, type UploadApi } from './upload-api.js';

let api: UploadApi['api'];
let sql: UploadApi['sql'];
let tus: UploadApi['tus'];
let storedFiles: UploadApi['storedFiles'];
let uploaded: UploadApi['uploaded'];
let datasetOf: UploadApi['datasetOf'];
let archive: Buffer;
beforeAll(async () => {
  ({ api, sql, tus, storedFiles, uploaded, datasetOf } = await createUploadApi());
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
});

describe('POST /v1/datasets with an upload_id', () => {
  const PATH = '/v1/datasets';

  it('202 makes the data set of the very bytes', async () => {
    const id = await uploaded(archive);
    const key = `uploads/${await datasetOf(id)}/source`;
    const options = { image: { width: 8, height: 8 } };
    const posted = { upload_id: id, name: 'patterns', format: 'image_folder', options };
    const { body } = await api.member.post(PATH, posted).expect(202);
    expect(body).toMatchObject({ object: 'dataset', name: 'patterns', status: 'processing', bytes: archive.length });
    expect(`uploads/${body.id}/source`).toBe(key);
    expect(sha256(await api.store.readBytes(key))).toBe(sha256(archive));
    const claim = await api.db.datasets.claim(body.id, { workerId: 'wrk_test', leaseMs: 60_000 });
    expect(claim).toMatchObject({ sourceKey: key, format: 'image_folder', options });
    expect((await api.member.get(`/v1/uploads/${id}`)).body).toMatchObject({ status: 'used', dataset_id: body.id });
  });

  it('202 adds it to a data set, as a new version', async () => {
    const parent = await readyDataset(api.db, api.member.projectId);
    const path = `${PATH}/${parent.id}/images`;
    const posted = { upload_id: await uploaded(archive) };
    expectPointers(await api.member.post(path, { ...posted, options: { task: 'regression' } }), 'invalid_request', [
      '/options/task',
    ]);
    expectProblem(await api.member.post(`${PATH}/ds_00000000000000000000000000/images`, posted), 'not_found');
    const { body } = await api.member.post(path, posted).expect(202);
    expect(body).toMatchObject({ parent_id: parent.id, version: 2, status: 'processing', bytes: archive.length });
    expect(await api.store.stat(`uploads/${body.id}/source`)).toEqual({ bytes: archive.length });
  });

  it('409 for an upload that was used, and for one that is not whole', async () => {
    const id = await uploaded(archive);
    const { body } = await api.member.post(PATH, { upload_id: id }).expect(202);
    expect(expectProblem(await api.member.post(PATH, { upload_id: id }), 'conflict').detail).toContain(body.id);
    const half = await tus.create(10);
    await tus.patch(half, 0, 'abc');
    const problem = expectProblem(await api.member.post(PATH, { upload_id: idOf(half) }), 'conflict');
    expect(problem.detail).toContain('3 of its 10 bytes');
  });

  it('makes one data set, however many ask at once', async () => {
    const id = await uploaded(archive);
    const answers = await Promise.all(Array.from({ length: 6 }, () => api.member.post(PATH, { upload_id: id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
  });

  it('answers again what it answered to an Idempotency-Key', async () => {
    const id = await uploaded(archive);
    const key = randomBytes(8).toString('hex');
    const post = (body: object) => api.member.post(PATH, body).set('idempotency-key', key);
    const { body } = await post({ upload_id: id }).expect(202);
    const again = await post({ upload_id: id }).expect(202);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toEqual(body);
    expectProblem(await post({ upload_id: id, name: 'other' }), 'idempotency_key_reused');
  });

  it('finishes what a killed process had counted but not finished', async () => {
    const path = await tus.create(archive.length);
    await tus.patch(path, 0, archive.subarray(0, 100));
    const key = `uploads/${await datasetOf(idOf(path))}/source`;
    const object = await api.store.openAppend(key, 100);
    await object.write(archive.subarray(100));
    await object.flush();
    await object.close();
    await sql.query('UPDATE uploads SET received = length WHERE id = $1', [idOf(path)]);
    expect(await api.store.stat(key)).toBeNull();
    await api.member.post(PATH, { upload_id: idOf(path) }).expect(202);
    expect(sha256(await api.store.readBytes(key))).toBe(sha256(archive));
  });

  it('404 for one of another project, or of none', async () => {
    const id = await uploaded(archive);
    expectProblem(await api.stranger.post(PATH, { upload_id: id }), 'not_found');
    expectProblem(await api.member.post(PATH, { upload_id: 'upl_00000000000000000000000000' }), 'not_found');
  });

  it('422 for what does not fit, which uses nothing up', async () => {
    const id = await uploaded(archive);
    const refused = async (body: object, pointers: string[]) =>
      expectPointers(await api.member.post(PATH, body), 'invalid_request', pointers);
    await refused({}, ['/upload_id']);
    await refused({ upload_id: 'ds_x' }, ['/upload_id']);
    await refused({ upload_id: id, format: 'rar' }, ['/format']);
    await refused({ upload_id: id, options: { img: 1 } }, ['/options/img']);
    await refused({ upload_id: id, file: 'x' }, ['/file']);
    await refused([], ['']);
    await refused({ upload_id: await uploaded(Buffer.alloc(0)) }, ['/upload_id']);
    const broken = api.member.post(PATH).set('content-type', 'application/json').send('{"upload_id"');
    expectProblem(await broken, 'invalid_json');
    await api.member.post(PATH, { upload_id: id }).expect(202);
  });

  it('leaves the data set its bytes when the upload is deleted', async () => {
    const id = await uploaded(archive);
    const { body } = await api.member.post(PATH, { upload_id: id }).expect(202);
    expect((await tus.send({ method: 'DELETE', path: `/v1/uploads/${id}` })).status).toBe(204);
    expect(await api.store.stat(`uploads/${body.id}/source`)).toEqual({ bytes: archive.length });
    await api.member.get(`${PATH}/${body.id}`).expect(200);
  });

  it('removes the bytes with the data set', async () => {
    const { body } = await api.member.post(PATH, { upload_id: await uploaded(archive) }).expect(202);
    await api.member.delete(`${PATH}/${body.id}`).expect(204);
    await expect
      .poll(async () => (await storedFiles()).some((file) => file.includes(body.id)), { timeout: 30_000 })
      .toBe(false);
  });
});
