// Uploads whose API is killed while it receives them: what they leave is cleared away, once nobody receives them.
import { type ClientRequest, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from '@trainyard/contracts';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { atEnd } from '../setup/index.js';
import { createTestApi, type TestApi } from './setup.js';

const SWEPT_MS = 15_000;

let api: TestApi;
let sql: pg.Pool;
beforeAll(async () => {
  api = await createTestApi();
  sql = new pg.Pool({ connectionString: api.environment.DATABASE_URL, max: 1 });
  atEnd(() => sql.end());
});

/** Sends the beginning of an upload and no more. */
async function beginUpload(): Promise<{ id: string; request: ClientRequest }> {
  const known = (await datasets()).map(({ id }) => id);
  const address = api.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the API does not listen');
  const request = httpRequest({
    port: address.port,
    path: '/v1/datasets',
    method: 'POST',
    headers: { authorization: `Bearer ${api.member.secret}`, 'content-type': 'multipart/form-data; boundary=x' },
  });
  request.on('error', () => undefined);
  atEnd(() => request.destroy());
  request.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\n');
  request.write(Buffer.alloc(100_000));
  const begun = async () => (await datasets()).find(({ id }) => !known.includes(id));
  await expect.poll(begun, { timeout: 5_000 }).toBeDefined();
  return { id: (await begun())?.id ?? '', request };
}

async function datasets(): Promise<Dataset[]> {
  return (await api.member.get('/v1/datasets?limit=100').expect(200)).body.data;
}

const leaseOf = async (id: string): Promise<boolean> =>
  (await sql.query('SELECT lease_expires_at - clock_timestamp() > $2 AS held FROM datasets WHERE id = $1', [id, '9m']))
    .rows[0]?.held;

const statusOf = async (id: string) => (await datasets()).find((dataset) => dataset.id === id)?.status;

it('is `uploading` under a lease while it is received', async () => {
  const { id, request } = await beginUpload();
  expect(await statusOf(id)).toBe('uploading');
  await expect.poll(() => leaseOf(id)).toBe(true);
  await api.db.datasets.renewUpload(id);
  expect(await leaseOf(id)).toBe(true);
  request.destroy();
  await expect.poll(() => statusOf(id), { timeout: 5_000 }).toBeUndefined();
});

it('is cleared away with its files when its lease has run out, and another is not', async () => {
  const abandoned = await beginUpload();
  const received = await beginUpload();
  await api.store.write(`uploads/${abandoned.id}/source`, Buffer.from('whole, but never told of'));
  await sql.query('UPDATE datasets SET lease_expires_at = now() WHERE id = $1', [abandoned.id]);
  await expect.poll(() => statusOf(abandoned.id), { timeout: SWEPT_MS }).toBeUndefined();
  expect(await api.store.stat(`uploads/${abandoned.id}/source`)).toBeNull();
  expect(await statusOf(received.id)).toBe('uploading');
  received.request.destroy();
});

it('cannot get through any more once its lease has run out', async () => {
  const { id } = await api.db.datasets.create({ projectId: api.member.projectId, sourceKey: 'uploads/none/source' });
  await sql.query('UPDATE datasets SET lease_expires_at = now() WHERE id = $1', [id]);
  await sleep(10);
  await api.db.datasets.renewUpload(id);
  await expect(api.db.datasets.uploaded(id, { bytes: 1 })).rejects.toMatchObject({ code: 'not_found' });
});

it('keeps what got through though nobody could be told', async () => {
  const { id } = await api.db.datasets.create({ projectId: api.member.projectId, sourceKey: 'uploads/none/source' });
  await api.db.datasets.uploaded(id, { bytes: 1 });
  expect(await api.db.datasets.abandonUpload(id)).toBe(false);
  expect(await statusOf(id)).toBe('processing');
});
