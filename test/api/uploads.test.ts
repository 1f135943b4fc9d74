// Resumable uploads: every MUST of tus 1.0.0, for the core protocol and the extensions that send bytes.
import { randomBytes } from 'node:crypto';
import { Upload } from '@trainyard/contracts';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { BYTES, checksum, idOf, type TusRequest } from './tus.js';
import { createUploadApi, expectRefused, MAX_BYTES, OPEN_MAX, type UploadApi } from './upload-api.js';

let api: UploadApi['api'];
let tus: UploadApi['tus'];
let clientOf: UploadApi['clientOf'];
let storedFiles: UploadApi['storedFiles'];
let datasetOf: UploadApi['datasetOf'];
beforeAll(async () => {
  ({ api, tus, clientOf, storedFiles, datasetOf } = await createUploadApi());
});

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
