import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldJob } from '../db/rows.js';
import { encodePng } from '../fixtures/index.js';
import { IMAGE, storedCheckpoint } from '../inference/serving.js';
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
