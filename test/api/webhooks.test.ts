import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApi } from '@trainyard/api';
import { readConfig } from '@trainyard/config';
import { Job, WebhookDelivery } from '@trainyard/contracts';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ERROR, RESULT, readyDataset, WORKER } from '../db/rows.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';
import { type Received, startReceiver } from './webhook-receiver.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let api: TestApi;
let dataset_id: string;
beforeAll(async () => {
  api = await createTestApi({ webhooks: { allowPrivate: true, retryDelaysS: [0.05, 0.05], timeoutMs: 2_000 } });
  dataset_id = (await readyDataset(api.db, api.member.projectId)).id;
});

async function post(webhook: object): Promise<Job> {
  const model = { input: { width: 8, height: 8, channels: 1 }, ...SMALL_NET };
  const { body } = await api.member
    .post('/v1/jobs', { dataset_id, model, training: { batch_size: 4 }, webhook })
    .expect(202);
  return body;
}

async function deliveriesOf(jobId: string, more = ''): Promise<WebhookDelivery[]> {
  const { body } = await api.member.get(`/v1/webhooks/deliveries?job_id=${jobId}${more}`).expect(200);
  return body.data;
}

/** The deliveries of a job once none is pending any more, newest first. */
function settled(jobId: string): Promise<WebhookDelivery[]> {
  return vi.waitUntil(
    async () => {
      const deliveries = await deliveriesOf(jobId);
      return deliveries.length > 0 && deliveries.every(({ status }) => status !== 'pending') && deliveries;
    },
    { timeout: 20_000, interval: 50 },
  );
}

function expectSigned({ headers, body }: Received, secret: string): void {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
}

describe('a job with a webhook', () => {
  it('sends every status, signed with the secret that is shown once, in messages of their events', async () => {
    const receiver = await startReceiver();
    const job = await post({ url: receiver.url });
    const secret = job.webhook?.secret ?? '';
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect([...Value.Errors(Job, job)]).toEqual([]);
    const { body: shown } = await api.member.get(`/v1/jobs/${job.id}`).expect(200);
    expect(shown.webhook).toMatchObject({ url: receiver.url, disabled_at: null });
    expect(JSON.stringify(shown)).not.toContain('whsec_');

    const claim = await api.db.jobs.claim(job.id, WORKER);
    if (!claim) throw new Error('the job could not be taken');
    await api.db.jobs.start(claim);
    await api.db.jobs.setDevice(claim, { used: 'cpu', reason: 'test' });
    await api.db.jobs.finish(claim, RESULT);

    const deliveries = await vi.waitUntil(
      async () => {
        const all = await settled(job.id);
        return all.length === 4 && all;
      },
      { timeout: 20_000, interval: 50 },
    );
    const { body: events } = await api.member.get(`/v1/jobs/${job.id}/events`).expect(200);
    const statuses = events.data.filter(({ type }: { type: string }) => type === 'status').reverse();
    expect(deliveries.map(({ event_id }) => event_id)).toEqual(statuses.map(({ id }: { id: string }) => id));
    expect(deliveries.map(({ type }) => type)).toEqual(['job.succeeded', 'job.running', 'job.preparing', 'job.queued']);
    for (const delivery of deliveries) {
      expect([...Value.Errors(WebhookDelivery, delivery)]).toEqual([]);
      expect(delivery).toMatchObject({
        status: 'delivered',
        attempts: 1,
        response_status: 200,
        response_body: 'thanks',
      });
      const messages = receiver.received.filter(({ headers }) => headers['webhook-id'] === delivery.id);
      expect(messages).toHaveLength(1);
      for (const message of messages) {
        expectSigned(message, secret);
        expect(JSON.parse(message.body)).toEqual(delivery.payload);
      }
    }
    expect(deliveries[0]?.payload).toMatchObject({
      type: 'job.succeeded',
      timestamp: statuses[0].created_at,
      data: { job_id: job.id, event_id: statuses[0].id, status: 'succeeded' },
    });
  });

  it('sends only what it asked for, with its own secret, which no answer repeats', async () => {
    const receiver = await startReceiver();
    const job = await post({ url: receiver.url, events: ['failed', 'device'], secret: SECRET });
    expect(JSON.stringify(job)).not.toContain(SECRET);
    const claim = await api.db.jobs.claim(job.id, WORKER);
    if (!claim) throw new Error('the job could not be taken');
    await api.db.jobs.setDevice(claim, { used: 'cpu', reason: 'test' });
    await api.db.jobs.fail(claim, ERROR);
    await vi.waitUntil(async () => (await settled(job.id)).length === 2, { timeout: 20_000 });
    expect(receiver.received.map(({ body }) => JSON.parse(body).type).sort()).toEqual(['job.device', 'job.failed']);
    for (const message of receiver.received) expectSigned(message, SECRET);
  });

  it('tries again with the same id until it is taken', async () => {
    const receiver = await startReceiver((response, count) => {
      response.statusCode = count < 3 ? 500 : 204;
      response.end('not yet');
    });
    const job = await post({ url: receiver.url, events: ['queued'] });
    const [delivery] = await settled(job.id);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 3, response_status: 204, error: null });
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery?.id]));
  });

  it('gives up after the last attempt, and sends again when it is replayed', async () => {
    let well = false;
    const receiver = await startReceiver((response) => {
      response.statusCode = well ? 200 : 503;
      response.end('x'.repeat(5_000));
    });
    const job = await post({ url: receiver.url, events: ['queued'] });
    const [failed] = await settled(job.id);
    expect(failed).toMatchObject({ status: 'failed', attempts: 3, response_status: 503, next_attempt_at: null });
    expect(failed?.error).toContain('503');
    expect(failed?.response_body).toBe('x'.repeat(1_024));
    expect(await deliveriesOf(job.id, '&status=delivered')).toEqual([]);
    expect(await deliveriesOf(job.id, '&status=failed')).toEqual([failed]);

    well = true;
    const { body } = await api.member.post(`/v1/webhooks/deliveries/${failed?.id}/replay`).expect(202);
    expect(body).toMatchObject({ id: failed?.id, status: 'pending' });
    const [replayed] = await settled(job.id);
    expect(replayed).toMatchObject({ id: failed?.id, status: 'delivered', attempts: 1, payload: failed?.payload });
    expect(receiver.received.at(-1)?.headers['webhook-id']).toBe(failed?.id);
    expect(receiver.received).toHaveLength(4);
  });

  it('sends nothing any more once the receiver has answered 410', async () => {
    const receiver = await startReceiver((response) => {
      response.statusCode = 410;
      response.end();
    });
    const job = await post({ url: receiver.url });
    expect(await settled(job.id)).toMatchObject([{ status: 'failed', attempts: 1, response_status: 410 }]);
    await api.member.post(`/v1/jobs/${job.id}/cancel`).expect((answer) => expect(answer.status).toBeLessThan(300));
    expect(await deliveriesOf(job.id)).toHaveLength(1);
    const { body } = await api.member.get(`/v1/jobs/${job.id}`).expect(200);
    expect(body.webhook.disabled_at).toMatch(/^\d{4}-/);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startReceiver();
    const receiver = await startReceiver((response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    const job = await post({ url: receiver.url, events: ['queued'] });
    expect(await settled(job.id)).toMatchObject([{ status: 'failed', response_status: 307 }]);
    expect(elsewhere.received).toEqual([]);
  });

  it('gives up waiting for a receiver that does not answer', async () => {
    const receiver = await startReceiver((response, count) => {
      if (count > 1) response.end();
    });
    const job = await post({ url: receiver.url, events: ['queued'] });
    const [delivery] = await settled(job.id);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  it('is sent once by several API processes together', async () => {
    const { db, store, queues, environment } = api;
    const webhooks = { allowPrivate: true };
    const others = await Promise.all(
      [1, 2, 3].map(() => buildApi({ ...readConfig('api', { ...environment }), db, store, queues, webhooks })),
    );
    try {
      const receiver = await startReceiver((response) => void setTimeout(() => response.end(), 100));
      const jobs = await Promise.all(Array.from({ length: 30 }, () => post({ url: receiver.url, events: ['queued'] })));
      for (const { id } of jobs) expect(await settled(id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
      await sleep(200);
      expect(receiver.received).toHaveLength(jobs.length);
    } finally {
      await Promise.all(others.map((app) => app.close()));
    }
  });

  it('reaches others at once while 20 receivers do not answer, few of whose messages are under way', async () => {
    const patient = await createTestApi({ webhooks: { allowPrivate: true, timeoutMs: 60_000 } });
    const { id } = await readyDataset(patient.db, patient.member.projectId);
    const model = { input: { width: 8, height: 8, channels: 1 }, ...SMALL_NET };
    const submit = async (url: string): Promise<Job> => {
      const job = { dataset_id: id, model, training: { batch_size: 4 }, webhook: { url, events: ['queued'] } };
      return (await patient.member.post('/v1/jobs', job).expect(202)).body;
    };
    const silent = await Promise.all(Array.from({ length: 20 }, () => startReceiver(() => {})));
    for (let message = 0; message < 5; message++) for (const { url } of silent) await submit(url);
    // As docs/webhooks.md says.
    const perReceiver = 3;
    await vi.waitUntil(() => silent.every(({ received }) => received.length === perReceiver), { timeout: 20_000 });

    const lively = await startReceiver();
    const posted = performance.now();
    for (let message = 0; message < 10; message++) await submit(lively.url);
    await vi.waitUntil(() => lively.received.length === 10, { timeout: 20_000, interval: 20 });
    expect(performance.now() - posted).toBeLessThan(15_000);
    expect(silent.map(({ received }) => received.length)).toEqual(Array.from({ length: 20 }, () => perReceiver));
    // That one was delivered is written once its receiver has answered.
    const delivered = () => patient.member.get('/v1/webhooks/deliveries?status=delivered').expect(200);
    await expect.poll(async () => (await delivered()).body.data.length).toBe(10);

    // What is under way when the server stops is given back, for another process to send at once.
    await patient.app.close();
    const room = { total: 1000, perReceiver: 1000, perProject: 1000, receivers: [], projects: [] };
    const claims = await patient.db.webhooks.claim({ room, leaseMs: 1 });
    expect(claims).toHaveLength(100);
    expect(new Set(claims.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  });

  it('takes turns between projects where there is not room for all', async () => {
    const few = { total: 8, perReceiver: 8, perProject: 4 };
    const patient = await createTestApi({ webhooks: { allowPrivate: true, timeoutMs: 60_000, atOnce: few } });
    const model = { input: { width: 8, height: 8, channels: 1 }, ...SMALL_NET };
    const [mine, theirs] = [await startReceiver(() => {}), await startReceiver()];
    for (const [caller, { url }] of [
      [patient.member, mine],
      [patient.stranger, theirs],
    ] as const) {
      const { id } = await readyDataset(patient.db, caller.projectId);
      const job = { dataset_id: id, model, training: { batch_size: 4 }, webhook: { url, events: ['queued'] } };
      for (let message = 0; message < 10; message++) await caller.post('/v1/jobs', job).expect(202);
    }
    await vi.waitUntil(() => theirs.received.length === 10, { timeout: 20_000 });
    expect(mine.received).toHaveLength(few.perProject);
  });

  it('does not exist for another project', async () => {
    const receiver = await startReceiver();
    const job = await post({ url: receiver.url, events: ['queued'] });
    const [delivery] = await settled(job.id);
    const { body } = await api.stranger.get(`/v1/webhooks/deliveries?job_id=${job.id}`).expect(200);
    expect(body.data).toEqual([]);
    expectProblem(await api.stranger.post(`/v1/webhooks/deliveries/${delivery?.id}/replay`), 'not_found');
    await sleep(100);
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    ['ftp://example.com/x', '/webhook/url'],
    ['https://', '/webhook/url'],
    ['https://me:secret@example.com/', '/webhook/url'],
  ])('422 for the address %s', async (url, pointer) => {
    const answer = await api.member.post('/v1/jobs', { dataset_id, model: SMALL_NET, webhook: { url } });
    expectPointers(answer, 'invalid_request', [pointer]);
  });

  it('422 for a short secret and for an unknown event', async () => {
    const url = 'https://example.com/hook';
    const short = await api.member.post('/v1/jobs', {
      dataset_id,
      model: SMALL_NET,
      webhook: { url, secret: 'whsec_AAAA' },
    });
    expectPointers(short, 'invalid_request', ['/webhook/secret']);
    const odd = await api.member.post('/v1/jobs', { dataset_id, model: SMALL_NET, webhook: { url, events: ['done'] } });
    expectPointers(odd, 'invalid_request', ['/webhook/events/0']);
  });
});

describe('POST /v1/webhooks/test', () => {
  it('sends a signed ping and answers what came back', async () => {
    const receiver = await startReceiver((response) => {
      response.statusCode = 418;
      response.end('a teapot');
    });
    const { body } = await api.member.post('/v1/webhooks/test', { url: receiver.url, secret: SECRET }).expect(200);
    expect(body).toMatchObject({ delivered: false, response_status: 418, response_body: 'a teapot', error: null });
    const [message] = receiver.received;
    if (message === undefined) throw new Error('nothing was received');
    expectSigned(message, SECRET);
    expect(message.headers['webhook-id']).toBe(body.webhook_id);
    expect(JSON.parse(message.body)).toMatchObject({ type: 'ping', data: {} });
  });

  it('says why nothing came back', async () => {
    const url = 'http://127.0.0.1:1/';
    const { body } = await api.member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200);
    expect(body).toMatchObject({
      delivered: false,
      response_status: null,
      error: expect.stringMatching(/ECONNREFUSED/),
    });
  });
});

describe('without the leave of the operator', () => {
  it('refuses private addresses at once, and names that lead to one when it sends', async () => {
    const careful = await createTestApi();
    const receiver = await startReceiver();
    const { db, member } = careful;
    const { id } = await readyDataset(db, member.projectId);
    const model = { input: { width: 8, height: 8, channels: 1 }, ...SMALL_NET };
    const job = { dataset_id: id, model, training: { batch_size: 4 } };
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254']) {
      const url = `http://${host}:${receiver.port}/`;
      expectPointers(await member.post('/v1/jobs', { ...job, webhook: { url } }), 'invalid_request', ['/webhook/url']);
      expectPointers(await member.post('/v1/webhooks/test', { url, secret: SECRET }), 'invalid_request', ['/url']);
    }
    const url = `http://localhost:${receiver.port}/`;
    const { body } = await member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200);
    expect(body).toMatchObject({ delivered: false, response_status: null });
    expect(body.error).toContain('not a public address');
    await member.post('/v1/jobs', { ...job, webhook: { url, events: ['queued'] } }).expect(202);
    const [delivery] = await vi.waitUntil(
      async () => {
        const { body: list } = await member.get('/v1/webhooks/deliveries?status=failed').expect(200);
        return list.data.length > 0 && list.data;
      },
      { timeout: 20_000 },
    );
    expect(delivery).toMatchObject({ attempts: 1, error: expect.stringContaining('not a public address') });
    expect(receiver.received).toEqual([]);
  });

  it('refuses a name with one private address among public ones, and connects only to what was checked', async () => {
    const receiver = await startReceiver();
    const ask = async (addresses: string[], allowPrivate: boolean) => {
      let asked = 0;
      const resolve = async () => {
        asked += 1;
        return addresses.map((address) => ({ address, family: 4 }));
      };
      const { member } = await createTestApi({ webhooks: { resolve, allowPrivate } });
      const url = `http://rebinding.example:${receiver.port}/`;
      const { body } = await member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200);
      return { body, asked };
    };
    const mixed = await ask(['198.41.0.4', '127.0.0.1'], false);
    expect(mixed.body.error).toContain('127.0.0.1 is not a public address');
    expect(receiver.received).toEqual([]);
    // No name server knows the name, so the connection can only have been made to the one answer that was checked.
    const taken = await ask(['127.0.0.1'], true);
    expect(taken).toMatchObject({ asked: 1, body: { delivered: true } });
    expect(receiver.received.map(({ headers }) => headers.host)).toEqual([`rebinding.example:${receiver.port}`]);
  });

  it('does not follow a name that is public when it is checked and private when the connection is made', async () => {
    const receiver = await startReceiver();
    let asked = 0;
    // In a range that nobody has, so that nothing answers there.
    const unused = { address: '2c0f:ffff:ffff:ffff::1', family: 6 };
    const resolve = async () => (asked++ === 0 ? [unused] : [{ address: '127.0.0.1', family: 4 }]);
    const { member } = await createTestApi({ webhooks: { resolve, timeoutMs: 1_000 } });
    const url = `http://rebinding.example:${receiver.port}/`;
    const { body } = await member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200);
    expect(body).toMatchObject({ delivered: false, response_status: null });
    expect(body.error).toMatch(/2c0f:ffff:ffff:ffff::1|No answer within 1 s/);
    expect(asked).toBe(1);
    const again = await member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200);
    expect(again.body.error).toContain('127.0.0.1 is not a public address');
    expect(receiver.received).toEqual([]);
  });
});
