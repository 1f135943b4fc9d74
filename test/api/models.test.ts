import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset, uploadedDataset } from '../db/rows.js';
import { KERNEL_TOO_LARGE, MNIST_CONVNET, SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const badSpecs: [string, unknown, string[]][] = [
  ['a kernel larger than its input', KERNEL_TOO_LARGE, ['/layers/1/kernel_size']],
  ['an unknown layer', { layers: [{ type: 'lstm' }] }, ['/layers/0/type']],
  ['an unknown argument', { layers: [{ type: 'flatten', axis: 1 }] }, ['/layers/0/axis']],
  ['a filter count that is none', { layers: [{ type: 'conv2d', filters: 0, kernel_size: 3 }] }, ['/layers/0/filters']],
  ['no layers', { layers: [] }, ['/layers']],
  ['an unknown field', { layers: SMALL_NET.layers, outputs: 1 }, ['/outputs']],
];

describe('POST /v1/models', () => {
  it('201 with the layer table and the totals', async () => {
    const { body } = await api.member.post('/v1/models', { name: 'convnet', spec: MNIST_CONVNET }).expect(201);
    expect(body).toMatchObject({ object: 'model', name: 'convnet', summary: { parameters: 34_826, classes: 10 } });
    expect(body.summary.layers[0]).toMatchObject({
      name: 'conv2d',
      type: 'conv2d',
      output_shape: [null, 26, 26, 32],
      parameters: 320,
    });
    expect(body.spec.layers[0]).toMatchObject({ padding: 'valid', use_bias: true });
  });

  it('201 without a summary while the data set decides', async () => {
    const { body } = await api.member.post('/v1/models', { name: 'small', spec: SMALL_NET }).expect(201);
    expect(body.summary).toBeNull();
  });

  it.each(badSpecs)('422 for %s, with a pointer into the request', async (_, spec, pointers) => {
    const answer = await api.member.post('/v1/models', { name: 'bad', spec });
    const problem = expectPointers(
      answer,
      'invalid_spec',
      pointers.map((pointer) => `/spec${pointer}`),
    );
    expect(problem.errors?.[0].detail).toMatch(/expected|unknown/);
  });

  it('422 says what was expected of the layer and what was received', async () => {
    const { body } = await api.member.post('/v1/models', { name: 'bad', spec: KERNEL_TOO_LARGE });
    expect(body.errors[0].detail).toMatch(/6.*9|9.*6/);
  });

  it('422 for a body that is none', async () => {
    const body = { spec: { layers: 3 }, keras: {}, onnx: {} };
    expectPointers(await api.member.post('/v1/models', body), 'invalid_request', ['/name', '/onnx', '/spec/layers']);
    expectPointers(await api.member.post('/v1/models'), 'invalid_request', ['']);
  });

  it('422 for a specification nested without end', async () => {
    const body = `{"name":"deep","spec":{"layers":[{"type":"flatten","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}}`;
    const answer = await api.member.post('/v1/models').set('content-type', 'application/json').send(body);
    expectProblem(answer, 'invalid_request');
  });
});

describe('POST /v1/models/validate', () => {
  it('200 with a summary for the batch that was asked for, and nothing stored', async () => {
    const before = (await api.member.get('/v1/models')).body.data.length;
    const { body } = await api.member.post('/v1/models/validate', { spec: MNIST_CONVNET, batch_size: 128 }).expect(200);
    expect(body).toMatchObject({ object: 'model_validation', summary: { batch_size: 128, parameters: 34_826 } });
    expect((await api.member.get('/v1/models')).body.data).toHaveLength(before);
  });

  it('200 against a data set, whose size and classes fill the gaps', async () => {
    const dataset = await readyDataset(api.db, api.member.projectId);
    const body = { spec: SMALL_NET, dataset_id: dataset.id };
    const answer = await api.member.post('/v1/models/validate', body).expect(200);
    expect(answer.body.summary).toMatchObject({ classes: 2, image: { width: 8, height: 8, channels: 1 } });
  });

  it('422 against a data set with other classes', async () => {
    const dataset = await readyDataset(api.db, api.member.projectId);
    const answer = await api.member.post('/v1/models/validate', { spec: MNIST_CONVNET, dataset_id: dataset.id });
    expectPointers(answer, 'invalid_spec', ['/spec/layers/6/units']);
  });

  it.each(badSpecs)('422 for %s', async (_, spec, pointers) => {
    const answer = await api.member.post('/v1/models/validate', { spec });
    expectPointers(
      answer,
      'invalid_spec',
      pointers.map((pointer) => `/spec${pointer}`),
    );
  });

  it('409 against a data set that is not ready', async () => {
    const dataset = await uploadedDataset(api.db, api.member.projectId);
    const answer = await api.member.post('/v1/models/validate', { spec: SMALL_NET, dataset_id: dataset.id });
    expectProblem(answer, 'dataset_not_ready');
  });

  it('404 against the data set of another project', async () => {
    const dataset = await readyDataset(api.db, api.stranger.projectId);
    const answer = await api.member.post('/v1/models/validate', { spec: SMALL_NET, dataset_id: dataset.id });
    expectProblem(answer, 'not_found');
  });
});

describe('GET and DELETE /v1/models/{id}', () => {
  it('200, then 204, then 404', async () => {
    const { body: model } = await api.member.post('/v1/models', { name: 'brief', spec: SMALL_NET }).expect(201);
    expect((await api.member.get(`/v1/models/${model.id}`).expect(200)).body).toEqual(model);
    expect((await api.member.get('/v1/models').expect(200)).body.data).toContainEqual(model);
    expect((await api.member.delete(`/v1/models/${model.id}`).expect(204)).text).toBe('');
    expectProblem(await api.member.get(`/v1/models/${model.id}`), 'not_found');
    expectProblem(await api.member.delete(`/v1/models/${model.id}`), 'not_found');
  });

  it.each(['nothing', 'mdl_', '%00', 'a'.repeat(500)])('404 for the id %s', async (id) => {
    expectProblem(await api.member.get(`/v1/models/${id}`), 'not_found');
  });
});
