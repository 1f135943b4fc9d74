// Resumable uploads: how they end, and requests that get in the way of each other.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImageFolderZip } from '../fixtures/index.js';
import { BYTES, idOf, type TusAnswer } from './tus.js';
import { createUploadApi, expectRefused, MAX_BYTES, sha256, type UploadApi } from './upload-api.js';

let api: UploadApi['api'];
let sql: UploadApi['sql'];
let tus: UploadApi['tus'];
let storedFiles: UploadApi['storedFiles'];
let uploaded: UploadApi['uploaded'];
let datasetOf: UploadApi['datasetOf'];
let known: UploadApi['known'];
let archive: Buffer;
beforeAll(async () => {
  ({ api, sql, tus, storedFiles, uploaded, datasetOf, known } = await createUploadApi());
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
});

describe('termination', () => {
  it('204 removes the bytes, and the address is no more', async () => {
    const path = await tus.create(10);
    await tus.patch(path, 0, 'abc');
    const dataset = await datasetOf(idOf(path));
    expect((await storedFiles()).some((file) => file.includes(dataset))).toBe(true);
    const answer = await tus.send({ method: 'DELETE', path });
    expect(answer).toMatchObject({ status: 204, text: '', headers: { 'tus-resumable': '1.0.0' } });
    expect((await storedFiles()).some((file) => file.includes(dataset))).toBe(false);
    expect((await tus.head(path)).status).toBe(404);
    expectRefused(await tus.patch(path, 3, 'x'), 'not_found');
    expectRefused(await tus.send({ method: 'DELETE', path }), 'not_found');
    expect(await known([idOf(path)])).toEqual([]);
  });

  it('ends a request that is still sending, and leaves nothing', async () => {
    const path = await tus.create(MAX_BYTES);
    const dataset = await datasetOf(idOf(path));
    const { sent, answer } = tus.open({
      method: 'PATCH',
      path,
      headers: { 'content-type': BYTES, 'upload-offset': 0 },
    });
    sent.write(Buffer.alloc(100_000));
    await expect.poll(() => tus.offset(path), { timeout: 15_000 }).toBe(100_000);
    await tus.send({ method: 'DELETE', path });
    // Its next count is refused, a second later at the most.
    const feed = setInterval(() => sent.write(Buffer.alloc(1_000)), 50);
    expectRefused(await answer, 'not_found');
    clearInterval(feed);
    sent.destroy();
    expect((await storedFiles()).some((file) => file.includes(dataset))).toBe(false);
  });
});

describe('expiration', () => {
  it('says until when the upload is kept, and puts that off as bytes come', async () => {
    const answer = await tus.send({ method: 'POST', headers: { 'upload-length': 10 } });
    const path = answer.headers.location ?? '';
    const RFC_9110 = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;
    expect(answer.headers['upload-expires']).toMatch(RFC_9110);
    await sql.query(`UPDATE uploads SET expires_at = now() + interval '1 minute' WHERE id = $1`, [idOf(path)]);
    const soon = Date.parse(`${(await tus.head(path)).headers['upload-expires']}`);
    const later = await tus.patch(path, 0, 'abc');
    expect(later.headers['upload-expires']).toMatch(RFC_9110);
    expect(Date.parse(`${later.headers['upload-expires']}`)).toBeGreaterThan(soon + 60_000);
  });

  it('404 once it is over', async () => {
    const path = await tus.create(10);
    await tus.patch(path, 0, 'abc');
    await sql.query(`UPDATE uploads SET expires_at = now() - interval '1 second' WHERE id = $1`, [idOf(path)]);
    expect((await tus.head(path)).status).toBe(404);
    expectRefused(await tus.patch(path, 3, 'x'), 'not_found');
  });

  it('removes the bytes then, but for those that a data set has', async () => {
    const [unused, used] = [await uploaded(archive), await uploaded(archive)];
    const { body } = await api.member.post('/v1/datasets', { upload_id: used }).expect(202);
    const unusedDataset = await datasetOf(unused);
    await sql.query('UPDATE uploads SET expires_at = now() WHERE id = ANY($1)', [[unused, used]]);
    await expect.poll(() => known([unused, used]), { timeout: 30_000 }).toEqual([]);
    expect((await storedFiles()).some((file) => file.includes(unusedDataset))).toBe(false);
    expect(await api.store.stat(`uploads/${body.id}/source`)).toEqual({ bytes: archive.length });
    await api.member.get(`/v1/datasets/${body.id}`).expect(200);
  });
});

describe('one request at a time', () => {
  it('423 while another sends, whose bytes go on', async () => {
    const path = await tus.create(2_000_000);
    const { sent, answer } = tus.open({
      method: 'PATCH',
      path,
      headers: { 'content-type': BYTES, 'upload-offset': 0 },
    });
    sent.write(Buffer.alloc(1_000_000));
    await expect.poll(() => tus.offset(path), { timeout: 15_000 }).toBe(1_000_000);
    await sql.query(`UPDATE uploads SET lease_expires_at = now() + interval '1 minute' WHERE id = $1`, [idOf(path)]);
    const other = await tus.patch(path, 1_000_000, 'abc');
    expectRefused(other, 'upload_locked');
    expect(other.headers['retry-after']).toBe('1');
    sent.end(Buffer.alloc(1_000_000));
    expect(await answer).toMatchObject({ status: 204, headers: { 'upload-offset': '2000000' } });
  });

  it('counts what came before a connection broke, and goes on from there', async () => {
    const bytes = randomBytes(3_000_000);
    const path = await tus.create(bytes.length);
    const headers = { 'content-type': BYTES, 'upload-offset': 0, 'content-length': bytes.length };
    const { sent } = tus.open({ method: 'PATCH', path, headers });
    await new Promise((resolve) => sent.write(bytes.subarray(0, 1_500_000), resolve));
    await expect.poll(() => tus.offset(path), { timeout: 15_000 }).toBeGreaterThan(0);
    sent.destroy();
    let last: TusAnswer | undefined;
    const goOn = async () => {
      const offset = await tus.offset(path);
      last = await tus.patch(path, offset, bytes.subarray(offset));
      return last.status;
    };
    await expect.poll(goOn, { timeout: 15_000 }).toBe(204);
    const stored = await api.store.readBytes(`uploads/${await datasetOf(idOf(path))}/source`);
    expect(sha256(stored)).toBe(sha256(bytes));
  });

  it('takes the bytes of one, however many begin at once', async () => {
    const bodies = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(200_000));
    const path = await tus.create(200_000);
    const answers = await Promise.all(bodies.map((body) => tus.patch(path, 0, body)));
    const taken = answers.flatMap(({ status }, i) => (status === 204 ? [i] : []));
    expect(taken).toHaveLength(1);
    for (const { status } of answers.filter(({ status }) => status !== 204)) expect([409, 423]).toContain(status);
    const stored = await api.store.readBytes(`uploads/${await datasetOf(idOf(path))}/source`);
    expect(Buffer.from(stored).toString()).toBe(bodies[taken[0]]);
  });

  it('404 where the bytes were removed from the store, and the upload is over', async () => {
    const path = await tus.create(10);
    await tus.patch(path, 0, 'abc');
    await api.store.removePrefix(`uploads/${await datasetOf(idOf(path))}`);
    expect(expectRefused(await tus.patch(path, 3, 'x'), 'not_found').detail).toContain('lost');
    expect((await tus.head(path)).status).toBe(404);
  });

  it('lets go of a connection that has fallen silent, whose later bytes are refused', async () => {
    const path = await tus.create(10);
    const headers = { 'content-type': BYTES, 'upload-offset': 0 };
    const { sent, answer } = tus.open({ method: 'PATCH', path, headers });
    sent.write('01234');
    await expect.poll(() => tus.offset(path), { timeout: 15_000 }).toBe(5);
    await expect.poll(async () => (await tus.patch(path, 5, '56789')).status, { timeout: 30_000 }).toBe(204);
    sent.write('XXXXX');
    expectRefused(await answer, 'conflict');
    sent.destroy();
    const stored = await api.store.readBytes(`uploads/${await datasetOf(idOf(path))}/source`);
    expect(Buffer.from(stored).toString()).toBe('0123456789');
  });
});
