import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldJob } from '../db/rows.js';
import { encodePng } from '../fixtures/index.js';
import { CLASSES, IMAGE, type StoredCheckpointOptions, storedCheckpoint } from '../inference/serving.js';
import { type Program, startInference } from '../setup/index.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
let checkpointId: string;
beforeAll(async () => {
  api = await createTestApi();
  checkpointId = await newCheckpoint();
});

const newCheckpoint = (projectId = api.member.projectId) =>
  storedCheckpoint({ db: api.db, store: api.store, projectId });
const create = (body: object) => api.member.post('/v1/endpoints', body);

describe('POST /v1/endpoints', () => {
  it('201 for a checkpoint', async () => {
    const { body } = await create({ name: 'digits', checkpoint_id: checkpointId }).expect(201);
    expect(body).toMatchObject({ object: 'endpoint', name: 'digits', status: 'starting', checkpoint_id: checkpointId });
    expect((await api.member.get('/v1/endpoints/digits').expect(200)).body).toEqual(body);
    expect((await api.member.get(`/v1/endpoints/${body.id}`).expect(200)).body).toEqual(body);
    expect((await api.member.get('/v1/endpoints').expect(200)).body.data).toContainEqual(body);
  });

  it('201 for a job, which means its best checkpoint', async () => {
    const { body: checkpoint } = await api.member.get(`/v1/checkpoints/${checkpointId}`).expect(200);
    const { body } = await create({ name: 'best', job_id: checkpoint.job_id }).expect(201);
    expect(body).toMatchObject({ checkpoint_id: checkpointId, job_id: checkpoint.job_id });
  });

  it.each(['ep-1', 'ep_1', 'Digits', '-a', 'a b', '', 'a'.repeat(64)])('422 for the name "%s"', async (name) => {
    expectPointers(await create({ name, checkpoint_id: checkpointId }), 'invalid_request', ['/name']);
  });

  it('422 for neither and for both', async () => {
    const pointers = ['/checkpoint_id', '/job_id'];
    expectPointers(await create({ name: 'none' }), 'invalid_request', pointers);
    const both = { name: 'both', checkpoint_id: checkpointId, job_id: `job_${'0'.repeat(26)}` };
    expectPointers(await create(both), 'invalid_request', pointers);
  });

  it('409 for a name that is taken, and for a job without a checkpoint', async () => {
    await create({ name: 'twice', checkpoint_id: checkpointId }).expect(201);
    expectProblem(await create({ name: 'twice', checkpoint_id: checkpointId }), 'name_taken');
    const { id } = await heldJob(api.db, api.member.projectId);
    expectProblem(await create({ name: 'early', job_id: id }), 'conflict');
  });

  it('404 for a checkpoint and a job of another project', async () => {
    const theirs = await newCheckpoint(api.stranger.projectId);
    expectProblem(await create({ name: 'theirs', checkpoint_id: theirs }), 'not_found');
    const { body: checkpoint } = await api.stranger.get(`/v1/checkpoints/${theirs}`).expect(200);
    expectProblem(await create({ name: 'theirs', job_id: checkpoint.job_id }), 'not_found');
  });
});

describe('PATCH /v1/endpoints/{id or name}', () => {
  const patch = (body: object, name = 'patched') => api.member.patch(`/v1/endpoints/${name}`, body);
  const stored = (options: StoredCheckpointOptions) =>
    storedCheckpoint({ db: api.db, store: api.store, projectId: api.member.projectId }, options);
  let other: string;
  let id: string;

  beforeAll(async () => {
    other = await newCheckpoint();
    const { body } = await create({ name: 'patched', checkpoint_id: checkpointId, top_k: 2 }).expect(201);
    expect(body.top_k).toBe(2);
    id = body.id;
    await api.db.endpoints.setReady(id, checkpointId, true);
  });

  it('200 for a move, to the best checkpoint of a job as well, and back', async () => {
    const { body } = await patch({ checkpoint_id: other }).expect(200);
    expect(body).toMatchObject({ checkpoint_id: checkpointId, moving_to: { checkpoint_id: other } });
    expect((await patch({ checkpoint_id: checkpointId }).expect(200)).body.moving_to).toBeNull();
    const { body: checkpoint } = await api.member.get(`/v1/checkpoints/${other}`).expect(200);
    expect((await patch({ job_id: checkpoint.job_id }).expect(200)).body.moving_to.checkpoint_id).toBe(other);
    expectProblem(await patch({ traffic: split(0.5, 0.5) }), 'conflict');
    await patch({ checkpoint_id: checkpointId }).expect(200);
  });

  const split = (own: number, others: number) => [
    { checkpoint_id: checkpointId, weight: own },
    { checkpoint_id: other, weight: others },
  ];

  it('200 for a split, a shadow and settings; null takes each back', async () => {
    const change = { traffic: split(0.9, 0.1), shadow: { checkpoint_id: other }, labels: { star: 'Stern' } };
    const { body } = await patch({ ...change, batching: { max_delay_ms: 5 } }).expect(200);
    const agreement = { requests: 0, images: 0, agreement: null, mean_difference: null, largest_difference: null };
    expect(body).toMatchObject({
      traffic: split(0.9, 0.1).map((part, place) => ({ ...part, status: place === 0 ? 'ready' : 'loading' })),
      shadow: { checkpoint_id: other, fraction: 1, status: 'loading', agreement },
      labels: { star: 'Stern' },
      batching: { max_delay_ms: 5 },
      top_k: 2,
    });
    const back = { traffic: null, shadow: null, labels: null, batching: null, top_k: null };
    expect((await patch(back).expect(200)).body).toMatchObject(back);
    expect((await patch({}).expect(200)).body).toMatchObject(back);
  });

  it('200 for another name, 409 for one that is taken', async () => {
    await patch({ name: 'renamed' }).expect(200);
    expectProblem(await api.member.get('/v1/endpoints/patched'), 'not_found');
    await create({ name: 'in-the-way', checkpoint_id: checkpointId }).expect(201);
    expectProblem(await patch({ name: 'in-the-way' }, 'renamed'), 'name_taken');
    await patch({ name: 'patched' }, 'renamed').expect(200);
  });

  it('422 for what does not fit the model, with the reason', async () => {
    const bad: [object, string[]][] = [
      [{ labels: { moon: 'Mond' } }, ['/labels/moon']],
      [{ labels: { star: 'circle' } }, ['/labels']],
      [{ thresholds: 0.3 }, ['/thresholds']],
      [{ top_k: 0 }, ['/top_k']],
      [{ traffic: split(0.5, 0.4) }, ['/traffic']],
      [{ traffic: split(0.5, 0.5).map((part) => ({ ...part, checkpoint_id: other })) }, ['/traffic']],
      [{ traffic: split(0.5, 0.5).slice(1) }, ['/traffic']],
      [{ traffic: split(0.5, 0.5), checkpoint_id: other }, ['/traffic']],
      [{ shadow: { checkpoint_id: checkpointId } }, ['/shadow/checkpoint_id']],
      [{ shadow: { checkpoint_id: other, fraction: 0 } }, ['/shadow/fraction']],
      [{ batching: { max_batch_size: 0 } }, ['/batching/max_batch_size']],
      [{ status: 'ready' }, ['/status']],
    ];
    for (const [body, pointers] of bad) expectPointers(await patch(body), 'invalid_request', pointers);
    expectPointers(await create({ name: 'bad', checkpoint_id: checkpointId, thresholds: 0.3 }), 'invalid_request', [
      '/thresholds',
    ]);
  });

  it('422 for a checkpoint of another task or other labels, and 200 for one of another image size', async () => {
    const sigmoid = { type: 'dense', units: 'classes', activation: 'sigmoid' };
    const unfit = [
      await stored({ end: sigmoid, found: { task: 'multilabel' } }),
      await stored({ found: { classes: ['circle', 'square', 'star'] } }),
      await stored({ found: { classes: [...CLASSES].reverse() } }),
    ];
    for (const checkpoint_id of unfit) {
      const answer = await patch({ checkpoint_id });
      expectPointers(answer, 'invalid_request', ['/checkpoint_id']);
      expect(answer.body.errors[0].detail).toContain(checkpoint_id);
    }
    expectPointers(await patch({ shadow: { checkpoint_id: unfit[0] } }), 'invalid_request', ['/shadow/checkpoint_id']);
    const larger = await stored({ found: { image: { width: 32, height: 24, channels: 3 } } });
    expect((await patch({ checkpoint_id: larger }).expect(200)).body.moving_to.checkpoint_id).toBe(larger);
    await patch({ checkpoint_id: checkpointId }).expect(200);
  });

  it('200 for thresholds of labels, and of one of two classes', async () => {
    const sigmoid = { type: 'dense', units: 'classes', activation: 'sigmoid' };
    const labels = await stored({ end: sigmoid, found: { task: 'multilabel' } });
    await create({ name: 'labels', checkpoint_id: labels, thresholds: { star: 0.2 } }).expect(201);
    const two = await stored({ end: { ...sigmoid, units: 1 }, found: { classes: ['cat', 'dog'] } });
    await create({ name: 'two', checkpoint_id: two }).expect(201);
    expect((await patch({ thresholds: { cat: 0.9 } }, 'two').expect(200)).body.thresholds).toEqual({ cat: 0.9 });
    expectPointers(await patch({ thresholds: { cat: 0.9, dog: 0.9 } }, 'two'), 'invalid_request', ['/thresholds']);
  });

  it('2xx or 4xx for junk in any place', async () => {
    const part = (checkpoint_id: unknown, weight: unknown) => [
      { checkpoint_id: checkpointId, weight: 0.5 },
      { checkpoint_id, weight },
    ];
    const junk: unknown[] = [null, true, -1, 0.5, 1e308, '', 'x', 'a\0', [], [null], {}, { x: 1 }, { constructor: 1 }];
    for (const value of junk) {
      const bodies: object[] = [
        ...['name', 'checkpoint_id', 'job_id', 'traffic', 'shadow', 'labels', 'thresholds', 'top_k', 'batching'].map(
          (field) => ({ [field]: value }),
        ),
        { traffic: part(value, 0.5) },
        { traffic: part(other, value) },
        { shadow: { checkpoint_id: value } },
        { labels: { star: value } },
        { batching: { max_latency_ms: value } },
      ];
      for (const body of bodies) {
        const { status } = await patch(body, id);
        expect([JSON.stringify(body), status]).toEqual([expect.anything(), expect.toSatisfy((code) => code < 500)]);
      }
    }
    await patch({ name: 'patched' }, id).expect(200);
  });

  it('404 for what is of another project', async () => {
    expectProblem(await api.stranger.patch('/v1/endpoints/patched', { top_k: 1 }), 'not_found');
    const theirs = await newCheckpoint(api.stranger.projectId);
    for (const body of [{ checkpoint_id: theirs }, { shadow: { checkpoint_id: theirs } }]) {
      expectProblem(await patch(body), 'not_found');
    }
  });
});

describe('DELETE /v1/endpoints/{id or name}', () => {
  it('204, and the name is free again', async () => {
    await create({ name: 'brief', checkpoint_id: checkpointId }).expect(201);
    await api.member.delete('/v1/endpoints/brief').expect(204);
    expectProblem(await api.member.get('/v1/endpoints/brief'), 'not_found');
    expectProblem(await api.member.delete('/v1/endpoints/brief'), 'not_found');
    const { body } = await create({ name: 'brief', checkpoint_id: checkpointId }).expect(201);
    await api.member.delete(`/v1/endpoints/${body.id}`).expect(204);
  });
});

describe('POST /v1/endpoints/{id or name}/predict', () => {
  const png = () => encodePng({ ...IMAGE, pixels: new Uint8Array(IMAGE.width * IMAGE.height * IMAGE.channels) });
  const predict = (name: string) => api.member.post(`/v1/endpoints/${name}/predict`);
  let inference: Program;

  it('503 while the inference server is not there', async () => {
    const answer = await predict('digits').set('content-type', 'image/png').send(png());
    expectProblem(answer, 'unavailable');
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('200 for an image, a form and JSON, passed on as they are', async () => {
    inference = await startInference(api.environment);
    const ready = async () => (await api.member.get('/v1/endpoints/digits')).body.status;
    await expect.poll(ready, { timeout: 60_000 }).toBe('ready');
    const raw = await predict('digits').set('content-type', 'image/png').send(png()).expect(200);
    const form = await predict('digits').attach('file', png(), 'a.png').attach('file', png(), 'b.png').expect(200);
    const json = await predict('digits')
      .send({ instances: [png().toString('base64')] })
      .expect(200);
    expect(raw.body.model).toMatchObject({ name: 'digits', checkpoint_id: checkpointId });
    expect(form.body.predictions).toEqual([raw.body.predictions[0], raw.body.predictions[0]]);
    expect(json.body.predictions).toEqual(raw.body.predictions);
  });

  it('200 for a client that waits for 100 Continue', async () => {
    const body = png();
    const authorization = `Bearer ${api.member.secret}`;
    const headers = {
      authorization,
      'content-type': 'image/png',
      'content-length': body.length,
      expect: '100-continue',
    };
    const request = httpRequest(`${api.app.listeningOrigin}/v1/endpoints/digits/predict`, { method: 'POST', headers });
    request.on('continue', () => request.end(body)).flushHeaders();
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  it('4xx of the inference server, as it says it', async () => {
    const instances = [png().toString('base64'), 'bm8gaW1hZ2U='];
    expectPointers(await predict('digits').send({ instances }), 'invalid_image', ['/instances/1']);
    expectProblem(await predict('digits').type('text/plain').send('x'), 'unsupported_media_type');
    expectProblem(await predict('nothing').send({ instances }), 'not_found');
    expect((await predict('digits').set('x-request-id', 'mine').send({})).headers['x-request-id']).toBe('mine');
  });

  it('404 for the endpoint of another project', async () => {
    const request = api.stranger.post('/v1/endpoints/digits/predict');
    expectProblem(await request.set('content-type', 'image/png').send(png()), 'not_found');
  });

  it('503 again once the inference server has gone', async () => {
    await inference.stop();
    expectProblem(await predict('digits').set('content-type', 'image/png').send(png()), 'unavailable');
  });
});
