import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { queuedJob, readyDataset } from '../db/rows.js';
import { buildImageFolderZip } from '../fixtures/index.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

const MAX_BYTES = 1024 * 1024;
const PATH = '/v1/datasets';

let api: TestApi;
let archive: Buffer;
beforeAll(async () => {
  api = await createTestApi({ maxUploadBytes: MAX_BYTES });
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
});

const upload = (file = archive) => api.member.post(PATH).attach('file', file, 'images.zip');

/** Everything that the store holds, with what is still being written. */
async function storedFiles(): Promise<string[]> {
  const root = join(api.environment.TRAINYARD_DATA_DIR, 'objects');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function datasetIds(): Promise<string[]> {
  const { body } = await api.member.get(`${PATH}?limit=100`).expect(200);
  return body.data.map((dataset: { id: string }) => dataset.id);
}

/** Runs `send` and expects that it leaves neither a row nor a file. */
async function expectNothingLeft<T>(send: () => PromiseLike<T>): Promise<T> {
  const before = { ids: await datasetIds(), files: await storedFiles() };
  const answer = await send();
  await expect.poll(storedFiles, { timeout: 5_000 }).toEqual(before.files);
  await expect.poll(datasetIds, { timeout: 5_000 }).toEqual(before.ids);
  return answer;
}

describe('POST /v1/datasets', () => {
  it('202 with the upload stored byte for byte', async () => {
    const { body } = await upload().field('name', 'patterns').expect(202);
    expect(body).toMatchObject({ object: 'dataset', name: 'patterns', status: 'processing', bytes: archive.length });
    expect(Buffer.from(await api.store.readBytes(`uploads/${body.id}/source`))).toEqual(archive);
    expect((await api.member.get(`${PATH}/${body.id}`).expect(200)).body).toEqual(body);
  });

  it('202 announces the data set to the workers', async () => {
    await upload().expect(202);
    await expect.poll(() => api.db.outbox.pending(1000), { timeout: 5_000 }).toEqual([]);
  });

  it.each(['before', 'after'])('202 with the fields %s the file', async (where) => {
    const options = { image: { width: 8, height: 8, channels: 1, fit: 'contain' }, split: { seed: 7 } };
    const form = api.member.post(PATH);
    if (where === 'after') form.attach('file', archive, 'a.zip');
    form.field('name', 'ordered').field('format', 'image_folder').field('options', JSON.stringify(options));
    if (where === 'before') form.attach('file', archive, 'a.zip');
    const { body } = await form.expect(202);
    expect(body.name).toBe('ordered');
    const claim = await api.db.datasets.claim(body.id, { workerId: 'wrk_test', leaseMs: 1000 });
    expect(claim).toMatchObject({ format: 'image_folder', options });
  });

  it('415 for a raw archive and for nothing', async () => {
    const raw = api.member.post(PATH).set('content-type', 'application/zip').send(archive);
    const problem = expectProblem(await expectNothingLeft(() => raw), 'unsupported_media_type');
    expect(problem.detail).toContain('multipart/form-data');
    expectProblem(await api.member.post(PATH), 'unsupported_media_type');
  });

  it.each([
    ['without a boundary', 'multipart/form-data', 'anything'],
    ['with nothing of its boundary', 'multipart/form-data; boundary=x', 'anything'],
    [
      'that breaks off',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK',
    ],
    ['that breaks off in a header', 'multipart/form-data; boundary=x', '--x\r\ncontent-dispo'],
  ])('400 for a form %s', async (_, type, body) => {
    const answer = await expectNothingLeft(() => api.member.post(PATH).set('content-type', type).send(body));
    expectProblem(answer, 'invalid_multipart');
  });

  it('422 for a form without a file', async () => {
    expectPointers(await api.member.post(PATH).field('name', 'empty'), 'invalid_request', ['/file']);
    expectPointers(await api.member.post(PATH).field('file', 'text'), 'invalid_request', ['/file']);
    expectPointers(await expectNothingLeft(() => upload(Buffer.alloc(0))), 'invalid_request', ['/file']);
  });

  it('422 for a file under another name, and for an unknown field', async () => {
    const misnamed = api.member.post(PATH).attach('archive', archive, 'a.zip');
    expectPointers(await expectNothingLeft(() => misnamed), 'invalid_request', ['/archive']);
    expectPointers(await expectNothingLeft(() => upload().field('nmae', 'x')), 'invalid_request', ['/nmae']);
  });

  it('400 for two files', async () => {
    const answer = await expectNothingLeft(() => upload().attach('file', archive, 'b.zip'));
    expectProblem(answer, 'invalid_multipart');
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['an unknown format', { format: 'rar' }, ['/format']],
    ['options that are no JSON', { options: '{image' }, ['/options']],
    ['options that are no object', { options: '[]' }, ['/options']],
    ['an unknown option', { options: '{"img":{}}' }, ['/options/img']],
    [
      'a size of 0',
      { options: '{"image":{"width":0,"channels":2}}' },
      ['/options/image/width', '/options/image/channels'],
    ],
    ['a name that Postgres cannot hold', { name: 'a\0' }, ['/name']],
    ['no name', { name: '' }, ['/name']],
  ])('422 for %s, before and after the file', async (_, fields, pointers) => {
    const before = api.member.post(PATH).field(fields).attach('file', archive, 'a.zip');
    expectPointers(await expectNothingLeft(() => before), 'invalid_request', pointers);
    expectPointers(await expectNothingLeft(() => upload().field(fields)), 'invalid_request', pointers);
  });

  it('413 for a file over the limit, with and without its length known', async () => {
    const large = Buffer.alloc(MAX_BYTES + 1, 7);
    expectProblem(await expectNothingLeft(() => upload(large)), 'payload_too_large');
    const announced = api.member.post(PATH).set('content-type', 'multipart/form-data; boundary=x');
    expectProblem(await expectNothingLeft(() => announced.send('x'.repeat(3 * MAX_BYTES))), 'payload_too_large');
  });

  it('202 for a file of exactly the limit', async () => {
    await upload(Buffer.alloc(MAX_BYTES, 7)).expect(202);
  });

  it('leaves nothing of an upload that the client breaks off, and goes on', async () => {
    await expectNothingLeft(async () => {
      const begun = new Promise((resolve) => setTimeout(resolve, 200));
      const { port } = new URL(supertest(api.app.server).get('/').url);
      const request = httpRequest({
        port,
        path: PATH,
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.member.secret}`,
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': 500_000,
        },
      });
      request.on('error', () => undefined);
      request.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\n');
      request.write(Buffer.alloc(100_000));
      await begun;
      expect((await storedFiles()).some((file) => file.includes('.incoming'))).toBe(true);
      request.destroy();
    });
    await upload().expect(202);
  });
});

describe('GET and DELETE /v1/datasets/{id}', () => {
  it('204 removes the row and its files', async () => {
    const { body } = await upload().expect(202);
    await api.store.write(`datasets/${body.id}/manifest.json`, Buffer.from('{}'));
    await api.member.delete(`${PATH}/${body.id}`).expect(204);
    expectProblem(await api.member.get(`${PATH}/${body.id}`), 'not_found');
    expectProblem(await api.member.delete(`${PATH}/${body.id}`), 'not_found');
    expect((await storedFiles()).filter((file) => file.includes(body.id))).toEqual([]);
  });

  it('409 while a job that has not ended uses it', async () => {
    const job = await queuedJob(api.db, api.member.projectId);
    expectProblem(await api.member.delete(`${PATH}/${job.dataset_id}`), 'conflict');
    await api.member.post(`/v1/jobs/${job.id}/cancel`).expect(202);
    await api.member.delete(`${PATH}/${job.dataset_id}`).expect(204);
    await api.member.get(`/v1/jobs/${job.id}`).expect(200);
  });

  it('404 for the data set of another project, which stays', async () => {
    const { id } = await readyDataset(api.db, api.stranger.projectId);
    expectProblem(await api.member.get(`${PATH}/${id}`), 'not_found');
    expectProblem(await api.member.delete(`${PATH}/${id}`), 'not_found');
    await api.stranger.get(`${PATH}/${id}`).expect(200);
  });
});
