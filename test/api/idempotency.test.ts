// One key, one thing made: whatever comes at the same time, again, with another body, or after a crash.
import { buildApi } from '@trainyard/api';
import { readConfig } from '@trainyard/config';
import { openDatabase } from '@trainyard/db';
import { openQueues } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { buildImageFolderZip } from '../fixtures/index.js';
import { storedCheckpoint } from '../inference/serving.js';
import { atEnd, startApi, TEST_KEY } from '../setup/index.js';
import { SMALL_NET } from './networks.js';
import { documentOf } from './operations.js';
import { expectPointers, expectProblem } from './problem.js';
import { type Caller, caller, createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** The same caller at another API of the same database. */
let elsewhere: Caller;
let datasetId: string;
let archive: Buffer;
let sql: pg.Pool;

beforeAll(async () => {
  api = await createTestApi();
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
  archive = await buildImageFolderZip({ classes: 2, perClass: 3, size: 8 });
  const config = readConfig('api', { ...api.environment });
  const db = openDatabase(config.databaseUrl);
  const queues = openQueues(config.redisUrl);
  const app = await buildApi({ ...config, db, queues, store: openObjectStore({ root: config.objectsDir }) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  sql = new pg.Pool({ connectionString: config.databaseUrl, max: 2 });
  atEnd(async () => {
    await app.close();
    await queues.close();
    await db.close();
    await sql.end();
  });
  elsewhere = caller(app, api.member.secret, api.member.projectId);
});

const job = (tag: string, more: object = {}) => ({
  dataset_id: datasetId,
  model: SMALL_NET,
  training: { batch_size: 4 },
  tags: [tag],
  ...more,
});
const post = (key: string, body: object, from = api.member, path = '/v1/jobs') =>
  from.post(path).set('idempotency-key', key).send(body);
const upload = (key: string, file = archive, name = 'patterns') =>
  api.member.post('/v1/datasets').set('idempotency-key', key).field('name', name).attach('file', file, 'a.zip');

async function jobsOf(tag: string): Promise<{ id: string }[]> {
  return (await api.member.get(`/v1/jobs?tag=${tag}&limit=100`).expect(200)).body.data;
}

async function datasetsNamed(name: string): Promise<number> {
  const { body } = await api.member.get('/v1/datasets?limit=100').expect(200);
  return body.data.filter((dataset: { name: string }) => dataset.name === name).length;
}

const rowOf = async (key: string) => (await sql.query('SELECT * FROM idempotency_keys WHERE key = $1', [key])).rows[0];

/** As if the process had died before it could store its answer. */
const cutOff = (key: string) =>
  sql.query(
    `UPDATE idempotency_keys SET state = 'in_progress', response_status = NULL, response_body = NULL,
     lease_expires_at = now() WHERE key = $1`,
    [key],
  );

describe('a POST with a key', () => {
  it('50 at once, at two APIs, make one job and get one answer', async () => {
    const from = (i: number) => (i % 2 === 0 ? api.member : elsewhere);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => post('fifty', job('fifty'), from(i))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    expect((await jobsOf('fifty')).map(({ id }) => id)).toEqual([answers[0].body.id]);
  });

  it('gives the first answer again when the job has changed since', async () => {
    const first = await post('changed', job('changed')).expect(202);
    await api.member.post(`/v1/jobs/${first.body.id}/cancel`).expect(202);
    const again = await post('changed', job('changed')).expect(202);
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
  });

  it('409 with another body and at another address', async () => {
    await post('reused', job('reused')).expect(202);
    expectProblem(await post('reused', job('reused', { name: 'other' })), 'idempotency_key_reused');
    const model = { name: 'm', spec: SMALL_NET };
    expectProblem(await post('reused', model, api.member, '/v1/models'), 'idempotency_key_reused');
    expectProblem(await upload('reused'), 'idempotency_key_reused');
    expect(await jobsOf('reused')).toHaveLength(1);
  });

  it('is another in another project, and not the same for another role', async () => {
    const model = { name: 'm', spec: SMALL_NET };
    const mine = await post('scoped', model, api.member, '/v1/models').expect(201);
    const theirs = await post('scoped', model, api.stranger, '/v1/models').expect(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
    expectProblem(await post('scoped', model, api.operator, '/v1/models'), 'idempotency_key_reused');
  });

  it('leaves the key free where it was refused', async () => {
    expectPointers(await post('refused', job('refused', { flavour: 'x', epochs: 1 })), 'invalid_request', [
      '/flavour',
      '/epochs',
    ]);
    expectProblem(await post('refused', job('refused', { training: { batch_size: 5 } })), 'batch_too_large');
    const { id } = (await post('refused', job('refused')).expect(202)).body;
    expect((await post('refused', job('refused')).expect(202)).body.id).toBe(id);
  });

  it('409 with Retry-After while the first is still running', async () => {
    const request = { projectId: api.member.projectId, key: 'running', route: 'POST /v1/jobs', requestHash: null };
    const held = await api.db.idempotencyKeys.claim(request);
    if (held?.state !== 'claimed') throw new Error('the key could not be taken');
    const answer = await post('running', job('running'));
    expectProblem(answer, 'idempotency_in_progress');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const waiting = post('running', job('running')).then((late) => late);
    await api.db.idempotencyKeys.release(held.claim);
    expect((await waiting).status).toBe(202);
    expect(await jobsOf('running')).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not printable', 'a\tb'],
    ['not ASCII', 'schlüssel'],
  ])('422 where it is %s', async (_, key) => {
    expectPointers(await post(key, job('unfit')), 'invalid_request', ['/idempotency-key']);
  });

  it('takes every length up to 255', async () => {
    await post('k'.repeat(255), job('long')).expect(202);
  });
});

describe('after a crash', () => {
  it('answers with the job that was made, once', async () => {
    const { id } = (await post('made', job('made')).expect(202)).body;
    await cutOff('made');
    const answers = await Promise.all([post('made', job('made')), post('made', job('made'), elsewhere)]);
    expect(answers.map(({ body }) => body.id)).toEqual([id, id]);
    expect(await jobsOf('made')).toHaveLength(1);
    await cutOff('made');
    expectProblem(await post('made', job('made', { name: 'other' })), 'idempotency_key_reused');
  });

  it('carries the request out where nothing was made, and the one that was cut off makes nothing any more', async () => {
    const { projectId } = api.member;
    const request = { projectId, key: 'zombie', route: 'POST /v1/jobs', requestHash: 'other' };
    const held = await api.db.idempotencyKeys.claim(request);
    if (held?.state !== 'claimed') throw new Error('the key could not be taken');
    await cutOff('zombie');
    await post('zombie', job('zombie')).expect(202);
    const { training, model } = (await jobsOf('zombie'))[0] as never;
    const late = api.db.jobs.create({
      projectId,
      datasetId,
      spec: model,
      training,
      tags: ['zombie'],
      idempotency: held.claim,
    });
    await expect(late).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    expect(await jobsOf('zombie')).toHaveLength(1);
  });

  it('makes one job where the process is killed while it answers', async () => {
    const process = await startApi(api.environment);
    const send = () =>
      fetch(`http://127.0.0.1:${process.port}/v1/jobs`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TEST_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': 'killed',
        },
        body: JSON.stringify(job('killed')),
      }).then(
        ({ status }) => status,
        () => 'lost',
      );
    const sent = Array.from({ length: 10 }, send);
    await expect.poll(() => rowOf('killed'), { timeout: 10_000, interval: 1 }).toBeDefined();
    process.process.kill('SIGKILL');
    await Promise.all(sent);
    await sql.query('UPDATE idempotency_keys SET lease_expires_at = now() WHERE key = $1', ['killed']);
    const { body } = await post('killed', job('killed'), api.operator).expect(202);
    expect((await jobsOf('killed')).map(({ id }) => id)).toEqual([body.id]);
  });
});

describe('an upload with a key', () => {
  it('is stored once, and compared when it is sent again', async () => {
    const first = await upload('upload').expect(202);
    const again = await upload('upload').expect(202);
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await buildImageFolderZip({ classes: 2, perClass: 4, size: 8 });
    expectProblem(await upload('upload', other), 'idempotency_key_reused');
    expectProblem(await upload('upload', archive, 'renamed'), 'idempotency_key_reused');
    expect(Buffer.from(await api.store.readBytes(`uploads/${first.body.id}/source`))).toEqual(archive);
    expect(await datasetsNamed('patterns')).toBe(1);
  });

  it('10 at once make one data set', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload('uploads', archive, 'ten')));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await datasetsNamed('ten')).toBe(1);
  });

  it('leaves the key free where it breaks off', async () => {
    const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK';
    const broken = api.member.post('/v1/datasets').set({
      'idempotency-key': 'broken',
      'content-type': 'multipart/form-data; boundary=x',
    });
    expectProblem(await broken.send(part), 'invalid_multipart');
    await upload('broken', archive, 'whole').expect(202);
  });

  it('answers with the data set that was made before a crash', async () => {
    const { id } = (await upload('crashed', archive, 'crashed').expect(202)).body;
    await cutOff('crashed');
    expect((await upload('crashed', archive, 'crashed').expect(202)).body.id).toBe(id);
    await cutOff('crashed');
    expectProblem(await upload('crashed', archive, 'other'), 'idempotency_key_reused');
    expect(await datasetsNamed('crashed')).toBe(1);
  });
});

describe('what else is made', () => {
  it('is made once: endpoints and projects', async () => {
    const { db, store, operator } = api;
    const checkpoint_id = await storedCheckpoint({ db, store, projectId: operator.projectId });
    const bodies = { '/v1/endpoints': { name: 'once', checkpoint_id }, '/v1/projects': { name: 'once' } };
    for (const [path, body] of Object.entries(bodies)) {
      const first = await post(path, body, operator, path).expect(201);
      expect((await post(path, body, operator, path).expect(201)).text).toBe(first.text);
      await cutOff(path);
      expect((await post(path, body, operator, path).expect(201)).body).toMatchObject({ id: first.body.id });
    }
  });

  it('gives the secret of a webhook again, also after a crash, but stores it with the webhook alone', async () => {
    const url = 'https://receiver.invalid/hook';
    const body = job('webhook', { webhook: { url, events: ['failed'] } });
    const first = await post('webhook', body).expect(202);
    expect(first.body.webhook.secret).toMatch(/^whsec_/);
    expect(JSON.stringify(await rowOf('webhook'))).not.toContain('whsec_');
    const again = await post('webhook', body).expect(202);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    await cutOff('webhook');
    const found = await post('webhook', body).expect(202);
    expect(found.body).toMatchObject({ id: first.body.id, webhook: { secret: first.body.webhook.secret } });
    expect(JSON.stringify(await rowOf('webhook'))).not.toContain('whsec_');

    await api.member.post(`/v1/jobs/${first.body.id}/cancel`).expect(202);
    await api.member.delete(`/v1/jobs/${first.body.id}`).expect(204);
    const late = await post('webhook', body).expect(202);
    expect(late.body).toMatchObject({ id: first.body.id, webhook: { url } });
    expect(late.text).not.toContain('whsec_');
  });

  it('never answers a secret that was posted', async () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const body = job('own', { webhook: { url: 'https://receiver.invalid/hook', events: ['failed'], secret } });
    const texts = [(await post('own', body).expect(202)).text, (await post('own', body).expect(202)).text];
    await cutOff('own');
    texts.push((await post('own', body).expect(202)).text);
    for (const text of texts) expect(text).not.toContain('whsec_');
    expect(JSON.stringify(await rowOf('own'))).not.toContain('whsec_');
  });

  it('409 for an API key sent again, with its id; its secret is stored nowhere', async () => {
    const { body } = await post('secret', { name: 'once' }, api.member, '/v1/keys').expect(201);
    const again = await post('secret', { name: 'once' }, api.member, '/v1/keys');
    expect(expectProblem(again, 'conflict').detail).toContain(body.id);
    expect(JSON.stringify(await rowOf('secret'))).not.toContain(body.secret);
    await cutOff('secret');
    expectProblem(await post('secret', { name: 'once' }, api.member, '/v1/keys'), 'conflict');
    const { body: keys } = await api.member.get('/v1/keys?limit=100').expect(200);
    expect(keys.data.filter(({ name }: { name: string }) => name === 'once')).toHaveLength(1);
  });

  it('is documented on every POST that answers 201, or 202 with something new', async () => {
    const { paths } = await documentOf(api.app);
    const documented = Object.entries(paths)
      .filter(([, { post: operation }]) => JSON.stringify(operation ?? {}).includes('"idempotency-key"'))
      .map(([path]) => path);
    const creating = Object.entries(paths)
      .filter(
        ([path, { post: operation }]) => operation && (!path.includes('{') || /\/(images|train-best)$/.test(path)),
      )
      // Equal bodies are one forecast, with a key or without; the protocol's POSTs make nothing.
      .filter(([path]) => !/validate|test|forecast$|^\/v2\//.test(path))
      .map(([path]) => path);
    expect(documented.sort()).toEqual(creating.sort());
  });
});

describe('old keys', () => {
  it('are free again after 24 hours, and removed', async () => {
    const { id } = (await post('old', job('old')).expect(202)).body;
    const row = await rowOf('old');
    expect(row.expires_at - row.created_at).toBe(24 * 3600 * 1000);
    const age = "UPDATE idempotency_keys SET expires_at = now(), lease_expires_at = now() WHERE key = 'old'";
    await sql.query(age);
    expect((await post('old', job('old', { name: 'new' })).expect(202)).body.id).not.toBe(id);
    await sql.query(age);
    expect(await api.db.idempotencyKeys.removeExpired()).toBeGreaterThan(0);
    expect(await rowOf('old')).toBeUndefined();
  });
});
