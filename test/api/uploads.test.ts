// Resumable uploads: every MUST of tus 1.0.0, for the core protocol and the extensions that OPTIONS names.
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, Upload } from '@trainyard/contracts';
import pg from 'pg';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { buildImageFolderZip } from '../fixtures/index.js';
import { atEnd } from '../setup/index.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';
import { BYTES, checksum, idOf, type TusAnswer, TusClient, type TusRequest } from './tus.js';

const MAX_BYTES = 8 * 1024 * 1024;
const OPEN_MAX = 60;

let api: TestApi;
let sql: pg.Pool;
let tus: TusClient;
let archive: Buffer;

beforeAll(async () => {
  api = await createTestApi({ maxUploadBytes: MAX_BYTES, uploadRules: { lifetimeMs: 3_600_000, openMax: OPEN_MAX } });
  tus = clientOf(api.member.secret);
  sql = new pg.Pool({ connectionString: api.environment.DATABASE_URL, max: 1 });
  atEnd(() => sql.end());
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
});

function clientOf(secret: string): TusClient {
  const address = api.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the API does not listen');
  return new TusClient(address.port, secret);
}

function expectRefused({ status, headers, text }: TusAnswer, code: ErrorCode) {
  expect(headers['tus-resumable']).toBe('1.0.0');
  return expectProblem({ status, headers: headers as Record<string, string>, text, body: JSON.parse(text) }, code);
}

/** Everything in the store, with what is being appended to. */
async function storedFiles(): Promise<string[]> {
  const root = join(api.environment.TRAINYARD_DATA_DIR, 'objects');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** An upload that has all of `bytes`, as its id. */
async function uploaded(bytes: Uint8Array): Promise<string> {
  const path = await tus.create(bytes.byteLength);
  if (bytes.byteLength > 0) expect((await tus.patch(path, 0, bytes)).status).toBe(204);
  return idOf(path);
}

const datasetOf = async (id: string) =>
  (await sql.query('SELECT dataset_id FROM uploads WHERE id = $1', [id])).rows[0]?.dataset_id;

describe('the core protocol', () => {
  it('stores pieces one after another, and says how many bytes there are', async () => {
    const path = await tus.create(10);
    expect((await tus.head(path)).headers).toMatchObject({ 'upload-offset': '0', 'upload-length': '10' });
    const first = await tus.patch(path, 0, '01234');
    expect(first).toMatchObject({ status: 204, text: '', headers: { 'upload-offset': '5', 'tus-resumable': '1.0.0' } });
    expect(await tus.offset(path)).toBe(5);
    expect((await tus.patch(path, 5, '56789')).headers['upload-offset']).toBe('10');
    const head = await tus.head(path);
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers).toMatchObject({
      'upload-offset': '10',
      'upload-length': '10',
      'cache-control': 'no-store',
      'tus-resumable': '1.0.0',
    });
    const { body } = await api.member.get(path).expect(200);
    expect(body).toMatchObject({ status: 'complete', offset: 10, length: 10, dataset_id: null });
    const key = `uploads/${await datasetOf(body.id)}/source`;
    expect(Buffer.from(await api.store.readBytes(key)).toString()).toBe('0123456789');
  });

  it('204 for no bytes at the right offset, also once all are there', async () => {
    const path = await tus.create(3);
    expect((await tus.patch(path, 0, '')).headers['upload-offset']).toBe('0');
    await tus.patch(path, 0, 'abc');
    expect(await tus.patch(path, 3, '')).toMatchObject({ status: 204, headers: { 'upload-offset': '3' } });
  });

  it('409 at another offset, and nothing is changed', async () => {
    const path = await tus.create(10);
    await tus.patch(path, 0, 'abc');
    for (const offset of [0, 2, 4, 10]) {
      const problem = expectRefused(await tus.patch(path, offset, 'x'), 'conflict');
      expect(problem.detail).toContain('Upload-Offset: 3');
    }
    expect(await tus.offset(path)).toBe(3);
  });

  it.each([[undefined], ['-1'], ['1.5'], ['0x1'], ['']])('400 for Upload-Offset %j', async (offset) => {
    const path = await tus.create(10);
    const headers = { 'content-type': BYTES, ...(offset === undefined ? {} : { 'upload-offset': offset }) };
    expectRefused(await tus.send({ method: 'PATCH', path, headers, body: 'x' }), 'bad_request');
  });

  it('415 for a body of another type', async () => {
    const path = await tus.create(10);
    for (const type of ['application/octet-stream', 'application/json', 'text/plain']) {
      const problem = expectRefused(await tus.patch(path, 0, '{}', { 'content-type': type }), 'unsupported_media_type');
      expect(problem.detail).toContain(BYTES);
    }
    expect(await tus.offset(path)).toBe(0);
  });

  it('412 with the versions there are, for another version and for none, and nothing is done', async () => {
    const path = await tus.create(4);
    const requests: TusRequest[] = [
      { method: 'POST', headers: { 'upload-length': 1 } },
      { method: 'PATCH', path, headers: { 'content-type': BYTES, 'upload-offset': 0 }, body: 'abcd' },
      { method: 'DELETE', path },
    ];
    const before = (await api.member.get('/v1/uploads?limit=100')).body;
    for (const request of requests) {
      for (const version of [{ 'tus-resumable': '0.2.2' }, {}]) {
        const answer = await tus.send({ ...request, isBare: true, headers: { ...request.headers, ...version } });
        expectRefused(answer, 'unsupported_version');
        expect(answer.headers['tus-version']).toBe('1.0.0');
      }
    }
    const head = await tus.send({ method: 'HEAD', path, isBare: true });
    expect(head.status).toBe(412);
    expect(head.headers['upload-offset']).toBeUndefined();
    expect((await api.member.get('/v1/uploads?limit=100')).body).toEqual(before);
  });

  it('404 without an offset for what there is not, and for the upload of another project', async () => {
    const path = await tus.create(4);
    const stranger = clientOf(api.stranger.secret);
    for (const [client, address] of [
      [tus, '/v1/uploads/upl_00000000000000000000000000'],
      [tus, '/v1/uploads/x'],
      [stranger, path],
    ] as const) {
      const head = await client.head(address);
      expect(head.status).toBe(404);
      expect(head.headers['upload-offset']).toBeUndefined();
      expectRefused(await client.patch(address, 0, 'abcd'), 'not_found');
      expectRefused(await client.send({ method: 'DELETE', path: address }), 'not_found');
    }
    expect(await tus.offset(path)).toBe(0);
    const { status, headers } = await clientOf('wrong').head(path);
    expect(status).toBe(401);
    expect(headers['tus-resumable']).toBe('1.0.0');
  });

  it('takes the method from X-HTTP-Method-Override', async () => {
    const path = await tus.create(4);
    const over = (method: string, request: Partial<TusRequest> = {}) =>
      tus.send({ method: 'POST', path, ...request, headers: { 'x-http-method-override': method, ...request.headers } });
    const sent = await over('PATCH', { body: 'ab', headers: { 'content-type': BYTES, 'upload-offset': 0 } });
    expect(sent).toMatchObject({ status: 204, headers: { 'upload-offset': '2' } });
    expect((await over('HEAD')).headers['upload-offset']).toBe('2');
    expect((await over('DELETE')).status).toBe(204);
    expect((await tus.head(path)).status).toBe(404);
    expect((await over('PUT', { path: '/v1/uploads' })).status).toBe(405);
    const elsewhere = await tus.send({
      method: 'GET',
      path: '/v1/models',
      headers: { 'x-http-method-override': 'DELETE' },
    });
    expect(elsewhere.status).toBe(200);
  });

  it('413 for more bytes than the upload is to have, of which none counts', async () => {
    const path = await tus.create(4);
    expectRefused(await tus.patch(path, 0, 'abcde'), 'payload_too_large');
    const { sent, answer } = tus.open({
      method: 'PATCH',
      path,
      headers: { 'content-type': BYTES, 'upload-offset': 0 },
    });
    sent.end('abcde');
    expectRefused(await answer, 'payload_too_large');
    expect(await tus.offset(path)).toBe(0);
    expect((await tus.patch(path, 0, 'abcd')).status).toBe(204);
  });

  it('OPTIONS says what is spoken, whatever version the client has', async () => {
    for (const headers of [{}, { 'tus-resumable': '0.0.1' }]) {
      const answer = await tus.send({ method: 'OPTIONS', isBare: true, headers });
      expect(answer.status).toBe(204);
      expect(answer.headers).toMatchObject({
        'tus-version': '1.0.0',
        'tus-extension': 'creation,creation-with-upload,checksum,termination,expiration',
        'tus-checksum-algorithm': 'sha1,sha256,md5',
        'tus-max-size': `${MAX_BYTES}`,
      });
    }
  });
});

describe('creation', () => {
  it('201 with an address, and the metadata back as they were sent', async () => {
    const metadata = 'filename Zmxvd2Vycy56aXA=,is_confidential,empty ';
    const answer = await tus.send({ method: 'POST', headers: { 'upload-length': 10, 'upload-metadata': metadata } });
    expect(answer.status).toBe(201);
    expect([...Value.Errors(Upload, JSON.parse(answer.text))]).toEqual([]);
    expect(answer.headers.location).toBe(`/v1/uploads/${JSON.parse(answer.text).id}`);
    const path = answer.headers.location ?? '';
    // Node.js, as any HTTP parser, drops the space at the end of a header.
    expect((await tus.head(path)).headers['upload-metadata']).toBe(metadata.trimEnd());
    expect((await tus.head(await tus.create(1))).headers['upload-metadata']).toBeUndefined();
    const { body } = await api.member.get('/v1/uploads?limit=2').expect(200);
    expect(body.data.map(({ status }: Upload) => status)).toEqual(['open', 'open']);
    expect(body.has_more).toBe(true);
  });

  it.each([
    ['no length', {}],
    ['a length that is none', { 'upload-length': '-1' }],
    ['a length to come', { 'upload-defer-length': '1' }],
    ['parts', { 'upload-length': '1', 'upload-concat': 'partial' }],
    ['a key twice', { 'upload-length': '1', 'upload-metadata': 'a Yg==,a Yg==' }],
    ['a value that is no Base64', { 'upload-length': '1', 'upload-metadata': 'a b' }],
    ['a pair of three', { 'upload-length': '1', 'upload-metadata': 'a Yg== Yg==' }],
    ['an empty key', { 'upload-length': '1', 'upload-metadata': 'a,,b' }],
  ])('400 for %s', async (_, headers) => {
    expectRefused(await tus.send({ method: 'POST', headers }), 'bad_request');
  });

  it('413 above the limit, and not at it', async () => {
    expectRefused(await tus.send({ method: 'POST', headers: { 'upload-length': MAX_BYTES + 1 } }), 'payload_too_large');
    const path = await tus.create(MAX_BYTES);
    expect((await tus.send({ method: 'DELETE', path })).status).toBe(204);
  });

  it('takes the first bytes along', async () => {
    const body = 'hello';
    const headers = { 'upload-length': 11, 'content-type': BYTES, ...checksum('sha256', body) };
    const { status, headers: answered } = await tus.send({ method: 'POST', headers, body });
    expect({ status, offset: answered['upload-offset'] }).toEqual({ status: 201, offset: '5' });
    const path = answered.location ?? '';
    expect(await tus.offset(path)).toBe(5);
    expect((await tus.patch(path, 5, ' world')).headers['upload-offset']).toBe('11');
  });

  it.each([
    ['unsupported_media_type', { 'content-type': 'application/zip' }],
    ['checksum_mismatch', { 'content-type': BYTES, ...checksum('sha1', 'other') }],
    ['payload_too_large', { 'content-type': BYTES, 'upload-length': 2 }],
  ] as const)('leaves nothing where the bytes that come along are refused: %s', async (code, headers) => {
    const before = { files: await storedFiles(), list: (await api.member.get('/v1/uploads?limit=100')).body };
    const answer = await tus.send({ method: 'POST', headers: { 'upload-length': 5, ...headers }, body: 'hello' });
    expectRefused(answer, code);
    expect((await api.member.get('/v1/uploads?limit=100')).body).toEqual(before.list);
    expect(await storedFiles()).toEqual(before.files);
  });

  it('makes one upload of a request with an Idempotency-Key that is sent twice', async () => {
    const key = randomBytes(8).toString('hex');
    const create = (headers = {}) =>
      tus.send({ method: 'POST', headers: { 'upload-length': 7, 'idempotency-key': key, ...headers } });
    const first = await create();
    const again = await create();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers.location).toBe(first.headers.location);
    expect(again.headers['upload-offset']).toBe('0');
    expectRefused(await create({ 'upload-length': 8 }), 'idempotency_key_reused');
    expectRefused(await create({ 'upload-metadata': 'a' }), 'idempotency_key_reused');
  });

  it('frees the key of a request whose bytes were damaged', async () => {
    const key = randomBytes(8).toString('hex');
    const create = (body: string) =>
      tus.send({
        method: 'POST',
        headers: { 'upload-length': 5, 'content-type': BYTES, 'idempotency-key': key, ...checksum('md5', 'hello') },
        body,
      });
    expectRefused(await create('hallo'), 'checksum_mismatch');
    const { status, headers } = await create('hello');
    expect({ status, offset: headers['upload-offset'] }).toEqual({ status: 201, offset: '5' });
  });

  it('429 for more uploads than a project may have', async () => {
    const stranger = clientOf(api.stranger.secret);
    const begun = await Promise.all(
      Array.from({ length: OPEN_MAX + 5 }, () => stranger.send({ method: 'POST', headers: { 'upload-length': 1 } })),
    );
    expect(begun.filter(({ status }) => status === 201)).toHaveLength(OPEN_MAX);
    const refused = begun.filter(({ status }) => status !== 201);
    for (const answer of refused) expectRefused(answer, 'overloaded');
    const path = begun.find(({ status }) => status === 201)?.headers.location ?? '';
    expect((await stranger.send({ method: 'DELETE', path })).status).toBe(204);
    await stranger.create(1);
  });
});

describe('checksums', () => {
  it.each(['sha1', 'sha256', 'md5'])('204 for bytes with their %s', async (algorithm) => {
    const path = await tus.create(11);
    expect(await tus.patch(path, 0, 'hello', checksum(algorithm, 'hello'))).toMatchObject({ status: 204 });
    expect(await tus.patch(path, 5, ' world', checksum(algorithm, ' world'))).toMatchObject({
      status: 204,
      headers: { 'upload-offset': '11' },
    });
  });

  it('204 for the example of the specification', async () => {
    const path = await tus.create(11);
    const headers = { 'upload-checksum': 'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=' };
    expect((await tus.patch(path, 0, 'hello world', headers)).status).toBe(204);
  });

  it('460 for other bytes, of which none is kept', async () => {
    const path = await tus.create(10);
    await tus.patch(path, 0, '01234');
    const problem = expectRefused(await tus.patch(path, 5, '5678X', checksum('sha1', '56789')), 'checksum_mismatch');
    expect(problem.detail).toContain('Upload-Offset: 5');
    expect(await tus.offset(path)).toBe(5);
    expect((await tus.patch(path, 5, '56789', checksum('sha1', '56789'))).status).toBe(204);
    const key = `uploads/${await datasetOf(idOf(path))}/source`;
    expect(Buffer.from(await api.store.readBytes(key)).toString()).toBe('0123456789');
  });

  it.each(['crc99 AAAA', 'SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=', 'sha1', 'sha1 AAAA', 'sha1 ', ''])(
    '400 for the checksum %j',
    async (header) => {
      const path = await tus.create(10);
      expectRefused(await tus.patch(path, 0, 'hello', { 'upload-checksum': header }), 'bad_request');
      expect(await tus.offset(path)).toBe(0);
    },
  );

  it('keeps nothing of bytes that break off before their checksum could be compared', async () => {
    const path = await tus.create(3_000_000);
    const headers = {
      'content-type': BYTES,
      'upload-offset': 0,
      'content-length': 3_000_000,
      ...checksum('sha1', 'x'),
    };
    const { sent } = tus.open({ method: 'PATCH', path, headers });
    await new Promise((resolve) => sent.write(Buffer.alloc(1_000_000), resolve));
    sent.destroy();
    await expect.poll(async () => (await tus.patch(path, 0, '')).status, { timeout: 15_000 }).toBe(204);
    expect(await tus.offset(path)).toBe(0);
  });
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
    expect(await datasetOf(idOf(path))).toBeUndefined();
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
    const left = async () => (await sql.query('SELECT id FROM uploads WHERE id = ANY($1)', [[unused, used]])).rows;
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
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

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
