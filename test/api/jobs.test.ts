import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, RESULT, readyDataset, uploadedDataset } from '../db/rows.js';
import { KERNEL_TOO_LARGE, MNIST_CONVNET, SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
let datasetId: string;
beforeAll(async () => {
  api = await createTestApi();
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
});

/** A job that trains, with four images in its train split. */
const job = (more: object = {}) => ({ dataset_id: datasetId, model: SMALL_NET, training: { batch_size: 4 }, ...more });

describe('POST /v1/jobs', () => {
  it('202 with every default filled in', async () => {
    const { body } = await api.member.post('/v1/jobs', job({ name: 'first', tags: ['a', 'b'] })).expect(202);
    expect(body).toMatchObject({
      object: 'job',
      status: 'queued',
      name: 'first',
      tags: ['a', 'b'],
      dataset_id: datasetId,
      model_id: null,
      device: { requested: 'auto', used: null, reason: null },
      training: { epochs: 10, batch_size: 4, optimizer: { type: 'adam', learning_rate: 0.001 } },
      attempt: 0,
      error: null,
    });
    expect(body.model.layers[0]).toMatchObject({ name: 'conv2d', padding: 'valid' });
    expect(body.phases).toMatchObject([{ status: 'queued' }]);
  });

  it('202 with a stored model', async () => {
    const { body: model } = await api.member.post('/v1/models', { name: 'small', spec: SMALL_NET }).expect(201);
    const { body } = await api.member.post('/v1/jobs', job({ model: undefined, model_id: model.id })).expect(202);
    expect(body).toMatchObject({ model_id: model.id, model: model.spec });
  });

  it('202 without any training, whose default batch is no larger than the data', async () => {
    const { body } = await api.member.post('/v1/jobs', job({ training: {} })).expect(202);
    expect(body.training).toMatchObject({ batch_size: 4, normalization: 'unit' });
  });

  it('202 puts the job into the queue', async () => {
    const { body } = await api.member.post('/v1/jobs', job()).expect(202);
    await expect.poll(() => api.db.outbox.pending(1000), { timeout: 5_000 }).toEqual([]);
    expect(body.status).toBe('queued');
  });

  it.each<[string, object, string[]]>([
    ['0 epochs', { training: { epochs: 0 } }, ['/training/epochs']],
    ['an unknown field', { trainign: {} }, ['/trainign']],
    ['an unknown field of the training', { training: { momentum: 0.9 } }, ['/training/momentum']],
    ['an unknown optimizer', { training: { optimizer: { type: 'nadam' } } }, ['/training/optimizer/type']],
    ['an optimizer without type', { training: { optimizer: { learning_rate: 1 } } }, ['/training/optimizer/type']],
    [
      'an unknown field of an optimizer',
      { training: { optimizer: { type: 'sgd', beta_1: 0.9, learning_rate: 0 } } },
      ['/training/optimizer/beta_1', '/training/optimizer/learning_rate'],
    ],
    [
      'a schedule that contradicts itself',
      { training: { schedule: { type: 'cosine', decay_epochs: 1, decay_steps: 9 } } },
      ['/training/schedule/decay_steps'],
    ],
    ['an unknown class', { training: { class_weights: { unicorn: 2 } } }, ['/training/class_weights/unicorn']],
    ['another device', { device: 'tpu' }, ['/device']],
    ['a number as text', { training: { epochs: '3' } }, ['/training/epochs']],
    ['half a batch', { training: { batch_size: 1.5 } }, ['/training/batch_size']],
    ['no model', { model: undefined }, ['/model_id', '/model', '/keras']],
    ['two models', { model_id: `mdl_${'0'.repeat(26)}` }, ['/model_id', '/model', '/keras']],
    ['a specification beside a Keras document', { keras: {} }, ['/model_id', '/model', '/keras']],
    ['an unknown loss', { training: { loss: 'poisson' } }, ['/training/loss']],
    ['an argument that a loss lacks', { training: { loss: { type: 'mse', delta: 1 } } }, ['/training/loss/delta']],
    ['an unknown metric', { training: { metrics: ['accuracy', 'iou'] } }, ['/training/metrics/1']],
    ['an unknown schedule', { training: { schedule: { type: 'random' } } }, ['/training/schedule/type']],
    ['a weight below zero', { training: { class_weights: { cat: -1 } } }, ['/training/class_weights/cat']],
    ['an average that forgets nothing', { training: { ema: { decay: 1 } } }, ['/training/ema/decay']],
    ['no clipping at all', { training: { gradient_clip_norm: 0 } }, ['/training/gradient_clip_norm']],
    ['an id that is none', { dataset_id: 'mnist' }, ['/dataset_id']],
    ['a tag that Postgres cannot hold', { tags: ['ok', 'a\0'] }, ['/tags/1']],
  ])('422 for %s', async (_, more, pointers) => {
    expectPointers(await api.member.post('/v1/jobs', job(more)), 'invalid_request', pointers);
  });

  it('422 for a number beyond all numbers', async () => {
    const body = JSON.stringify(job({ training: { seed: 7 } })).replace('"seed":7', '"seed":1e999');
    const answer = await api.member.post('/v1/jobs').set('content-type', 'application/json').send(body);
    expectPointers(answer, 'invalid_request', ['/training/seed']);
  });

  it('422 for a batch larger than the data', async () => {
    const answer = await api.member.post('/v1/jobs', job({ training: { batch_size: 5 } }));
    const problem = expectPointers(answer, 'batch_too_large', ['/training/batch_size']);
    expect(problem.detail).toContain('4');
  });

  it('422 for a kernel larger than its input', async () => {
    const answer = await api.member.post('/v1/jobs', job({ model: KERNEL_TOO_LARGE }));
    expectPointers(answer, 'invalid_spec', ['/model/layers/1/kernel_size']);
  });

  it('422 for a kernel larger than the images of the data set', async () => {
    const model = { layers: [{ ...SMALL_NET.layers[0], kernel_size: [9, 9] }, ...SMALL_NET.layers.slice(1)] };
    expectPointers(await api.member.post('/v1/jobs', job({ model })), 'invalid_spec', ['/model/layers/0/kernel_size']);
  });

  it('422 for a stored model with other classes than the data', async () => {
    const { body: model } = await api.member.post('/v1/models', { name: 'ten', spec: MNIST_CONVNET }).expect(201);
    const answer = await api.member.post('/v1/jobs', job({ model: undefined, model_id: model.id }));
    const problem = expectPointers(answer, 'invalid_spec', ['/model_id']);
    expect(problem.errors?.[0].detail).toContain('/layers/6/units');
  });

  it('422 for CUDA without a worker that has it, 202 once one has', async () => {
    const worker = { host: 'test', pid: 1 };
    const reason = 'The CUDA files are not installed';
    const id = await api.db.workers.register({ ...worker, devices: [{ device: 'cuda', available: false, reason }] });
    const problem = expectPointers(await api.member.post('/v1/jobs', job({ device: 'cuda' })), 'device_unavailable', [
      '/device',
    ]);
    expect(problem.detail).toContain(reason);
    const devices = [{ device: 'cuda' as const, available: true, reason: null }];
    await api.db.workers.register({ id, ...worker, devices });
    const { body } = await api.member.post('/v1/jobs', job({ device: 'cuda' })).expect(202);
    expect(body.device.requested).toBe('cuda');
    const training = { batch_size: 4, precision: 'mixed_float16' };
    await api.member.post('/v1/jobs', job({ training, device: 'cuda' })).expect(202);
    for (const device of ['cpu', undefined]) {
      const refused = await api.member.post('/v1/jobs', job({ training, device }));
      expectPointers(refused, 'invalid_request', ['/training/precision']);
    }
    await api.db.workers.remove(id);
  });

  it('422 for statistics of other channels', async () => {
    const model = { ...SMALL_NET, input: { width: 8, height: 8, channels: 3 } };
    const training = { batch_size: 4, normalization: 'standardize' };
    const answer = await api.member.post('/v1/jobs', job({ model, training }));
    expectPointers(answer, 'invalid_request', ['/training/normalization']);
  });

  it('409 for a data set that is not ready', async () => {
    const dataset = await uploadedDataset(api.db, api.member.projectId);
    expectProblem(await api.member.post('/v1/jobs', job({ dataset_id: dataset.id })), 'dataset_not_ready');
  });

  it('404 for a data set and a model of another project', async () => {
    const dataset = await readyDataset(api.db, api.stranger.projectId);
    expectProblem(await api.member.post('/v1/jobs', job({ dataset_id: dataset.id })), 'not_found');
    const { body: model } = await api.stranger.post('/v1/models', { name: 'theirs', spec: SMALL_NET }).expect(201);
    expectProblem(await api.member.post('/v1/jobs', job({ model: undefined, model_id: model.id })), 'not_found');
  });

  it('4xx leaves nothing behind', async () => {
    const before = await api.member.get('/v1/jobs?limit=100').expect(200);
    await api.member.post('/v1/jobs', job({ training: { batch_size: 5 } })).expect(422);
    expect((await api.member.get('/v1/jobs?limit=100')).body).toEqual(before.body);
  });
});

describe('GET /v1/jobs', () => {
  it('200 by status and tag', async () => {
    const { body: created } = await api.member.post('/v1/jobs', job({ tags: ['needle'] })).expect(202);
    const { body } = await api.member.get('/v1/jobs?tag=needle&status=queued').expect(200);
    expect(body.data).toEqual([created]);
    expect((await api.member.get('/v1/jobs?tag=needle&status=failed').expect(200)).body.data).toEqual([]);
  });

  it('422 for an unknown status', async () => {
    expectPointers(await api.member.get('/v1/jobs?status=done'), 'invalid_request', ['/status']);
  });
});

describe('POST /v1/jobs/{id}/cancel', () => {
  it('202 for a queued job, which ends at once, then 409', async () => {
    const { body: created } = await api.member.post('/v1/jobs', job()).expect(202);
    const { body } = await api.member.post(`/v1/jobs/${created.id}/cancel`).expect(202);
    expect(body.status).toBe('cancelled');
    expectProblem(await api.member.post(`/v1/jobs/${created.id}/cancel`), 'conflict');
  });

  it('202 for a running job, again and again until its worker has seen it', async () => {
    const { id } = await heldJob(api.db, api.member.projectId);
    await api.member.post(`/v1/jobs/${id}/cancel`).expect(202);
    expect((await api.member.post(`/v1/jobs/${id}/cancel`).expect(202)).body.status).toBe('running');
  });

  it('404 for none', async () => {
    expectProblem(await api.member.post('/v1/jobs/nothing/cancel'), 'not_found');
  });
});

describe('GET /v1/jobs/{id}/metrics and /checkpoints', () => {
  it('200 with the rows of each resolution, oldest first, and the checkpoints, newest first', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    const steps = [1, 2, 3].map((step) => ({ step, epoch: 1, loss: 1 / step, accuracy: 0.5, learning_rate: 0.001 }));
    await api.db.metrics.recordSteps(fence, steps);
    const metrics = { train: { loss: 0.3, accuracy: 0.9 }, validation: { loss: 0.4, accuracy: 0.8 } };
    const epoch = { epoch: 1, step: 3, ...metrics, learning_rate: 0.001, images_per_s: 100, duration_s: 1 };
    await api.db.metrics.recordEpoch(fence, epoch);
    await api.db.checkpoints.record(fence, checkpointAt(1));
    await api.db.checkpoints.record(fence, checkpointAt(2, true));
    await api.db.jobs.finish(fence, RESULT);

    const path = `/v1/jobs/${fence.id}`;
    expect((await api.member.get(`${path}/metrics`).expect(200)).body.data).toEqual([epoch]);
    const first = await api.member.get(`${path}/metrics?resolution=step&limit=2`).expect(200);
    expect(first.body).toMatchObject({ data: steps.slice(0, 2), has_more: true });
    const rest = await api.member.get(`${path}/metrics?resolution=step&after=${first.body.next_cursor}`).expect(200);
    expect(rest.body).toMatchObject({ data: steps.slice(2), has_more: false });

    const { body } = await api.member.get(`${path}/checkpoints`).expect(200);
    expect(body.data).toMatchObject([
      { epoch: 2, is_best: true },
      { epoch: 1, is_best: false },
    ]);
    expect((await api.member.get(`/v1/checkpoints/${body.data[0].id}`).expect(200)).body).toEqual(body.data[0]);
    expect((await api.member.get(path).expect(200)).body).toMatchObject({
      status: 'succeeded',
      best: { checkpoint_id: body.data[0].id },
      result: RESULT,
    });
  });

  it('422 for another resolution and a cursor that is none', async () => {
    const { id } = await heldJob(api.db, api.member.projectId);
    expectPointers(await api.member.get(`/v1/jobs/${id}/metrics?resolution=day`), 'invalid_request', ['/resolution']);
    expectPointers(await api.member.get(`/v1/jobs/${id}/metrics?after=x`), 'invalid_request', ['/after']);
  });
});
