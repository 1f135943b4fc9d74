// Keras' own JSON: posted as a model and as a job's model, and asked for again.
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { compiled, KERAS_NET_PARAMETERS, kerasNet, LAMBDA } from './keras-documents.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** Images of 8×8 with one channel and two classes. */
let datasetId: string;
beforeAll(async () => {
  api = await createTestApi();
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
});

const create = (keras: unknown) => api.member.post('/v1/models', { name: 'from Keras', keras });
const validate = (body: object) => api.member.post('/v1/models/validate', body);
const train = (body: object) => api.member.post('/v1/jobs', { dataset_id: datasetId, ...body });

const SPARSE = compiled('sparse_categorical_crossentropy');
const SGD = { type: 'sgd', learning_rate: 0.02, momentum: 0.5 };

describe('POST /v1/models with keras', () => {
  it('201 with the specification that it means, and what it was compiled with', async () => {
    const { body } = await create(kerasNet({ compile_config: SPARSE })).expect(201);
    expect(body).toMatchObject({
      object: 'model',
      spec: { input: { width: 8, height: 8, channels: 1 } },
      summary: { parameters: KERAS_NET_PARAMETERS, classes: 2 },
      training_defaults: { optimizer: SGD, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] },
    });
    expect(body.spec.layers.map(({ type }: { type: string }) => type)).toEqual([
      'conv2d',
      'max_pooling2d',
      'flatten',
      'dense',
    ]);
    expect((await api.member.get(`/v1/models/${body.id}`).expect(200)).body).toEqual(body);
  });

  it('201 for the same document as text, and as text within text', async () => {
    const plain = (await create(kerasNet()).expect(201)).body;
    expect(plain.training_defaults).toBeNull();
    const text = JSON.stringify(kerasNet());
    for (const keras of [text, JSON.stringify(text)]) {
      const { body } = await create(keras).expect(201);
      expect(body.spec).toEqual(plain.spec);
    }
  });

  it('says what it left out because it changes nothing', async () => {
    const document = kerasNet({ shape: [8, 8, 1] });
    const [input] = (document.config as { layers: { config: { batch_shape: (number | null)[] } }[] }).layers;
    input.config.batch_shape[0] = 64;
    const { body } = await create(document).expect(201);
    expect(body.notes).toEqual([expect.stringContaining('64')]);
    expect((await validate({ keras: document }).expect(200)).body.notes).toEqual(body.notes);
  });

  it('keeps notes about names that Postgres could not hold', async () => {
    for (const name of ['a\0b', `a${'\u{1f4a5}'.repeat(150)}`, '\ud800']) {
      const document = JSON.stringify(kerasNet()).replace('"name":"conv2d"', `"name":${JSON.stringify(name)}`);
      const { body } = await create(document).expect(201);
      expect(body.notes).toEqual([expect.stringMatching(/^layer ".+" is called "\w+" here$/)]);
    }
  });

  it('422 for a layer that is code, which is not run', async () => {
    const problem = expectPointers(await create(kerasNet({ between: [LAMBDA] })), 'invalid_spec', [
      '/keras/config/layers/2/class_name',
    ]);
    expect(problem.errors?.[0].detail).toMatch(/Lambda/);
  });

  it.each([
    ['a layer of a package', { module: 'my.layers', class_name: 'Swirl', config: {}, registered_name: 'my>Swirl' }],
    [
      'a function by its module',
      { module: 'builtins', class_name: 'function', config: 'eval', registered_name: 'eval' },
    ],
    ['a class that every object has', { module: 'keras.layers', class_name: 'constructor', config: {} }],
  ])('422 for %s', async (_, layer) => {
    const problem = expectProblem(await create(kerasNet({ between: [layer] })), 'invalid_spec');
    for (const { pointer } of problem.errors ?? []) expect(pointer).toMatch(/^\/keras\/config\/layers\/2/);
  });

  it('422 with a pointer inside the decoded text', async () => {
    const document = JSON.stringify(kerasNet({ activation: 'snake' }));
    const problem = expectProblem(await create(document), 'invalid_spec');
    expect(problem.errors?.[0].pointer).toMatch(/^\/keras\/config\/layers\/4\/config\/activation/);
    expect(problem.errors?.[0].detail).toMatch(/snake/);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 3],
    ['text that is no JSON', 'model.h5'],
    ['an empty object', {}],
    ['a specification of ours', SMALL_NET],
    ['text nested without end', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['text that says its own prototype', '{"__proto__": {"class_name": "Sequential"}}'],
  ])('422 for %s', async (_, keras) => {
    const problem = expectProblem(await create(keras), 'invalid_spec');
    for (const { pointer } of problem.errors ?? []) expect(pointer).toMatch(/^\/keras/);
  });

  it('422 for neither and for both', async () => {
    for (const body of [{}, { spec: SMALL_NET, keras: kerasNet() }]) {
      const answer = await api.member.post('/v1/models', { name: 'one', ...body });
      expectPointers(answer, 'invalid_request', ['/spec', '/keras']);
      expectPointers(await validate(body), 'invalid_request', ['/spec', '/keras']);
    }
  });
});

describe('POST /v1/jobs with keras', () => {
  it('202 trains as the document was compiled, but for what is posted', async () => {
    const keras = kerasNet({ compile_config: SPARSE });
    const { body } = await train({ keras, training: { epochs: 3, batch_size: 2 } }).expect(202);
    expect(body.training).toMatchObject({
      epochs: 3,
      optimizer: SGD,
      loss: { type: 'sparse_categorical_crossentropy' },
      metrics: [{ type: 'accuracy' }],
    });
    const optimizer = { type: 'adam', learning_rate: 0.1 };
    const other = await train({ keras, training: { optimizer } }).expect(202);
    expect(other.body.training).toMatchObject({ optimizer, loss: { type: 'sparse_categorical_crossentropy' } });
  });

  it('202 with a stored model, whose own defaults are kept with it', async () => {
    const { body: model } = await create(kerasNet({ compile_config: SPARSE })).expect(201);
    const { body } = await train({ model_id: model.id }).expect(202);
    expect(body.training).toMatchObject({ optimizer: SGD, loss: { type: 'sparse_categorical_crossentropy' } });
    expect(body.model).toEqual(model.spec);
  });

  it('422 for a loss that cannot fit, which names both and says what can', async () => {
    const keras = kerasNet({ compile_config: compiled('binary_crossentropy') });
    const problem = expectPointers(await train({ keras }), 'invalid_request', ['/keras']);
    expect(problem.errors?.[0].detail).toMatch(
      /binary_crossentropy.*softmax.*categorical_crossentropy.*training\.loss/s,
    );
    const { body: model } = await create(keras).expect(201);
    expectPointers(await train({ model_id: model.id }), 'invalid_request', ['/model_id']);
    await train({ keras, training: { loss: 'categorical_crossentropy' } }).expect(202);
  });

  it('422 for other outputs than the data has classes', async () => {
    const problem = expectProblem(await train({ keras: kerasNet({ units: 7 }) }), 'invalid_spec');
    expect(problem.errors?.[0].pointer).toMatch(/^\/keras\/config\/layers\/4\/config/);
    expect(problem.errors?.[0].detail).toMatch(/2.*7/);
  });
});

describe('GET /v1/models/{id}?format=', () => {
  const exported = async (id: string, query: string) =>
    (await api.member.get(`/v1/models/${id}?${query}`).expect(200)).body;

  it.each(['keras3', 'keras2'])('200 with a document that means the same model: %s', async (format) => {
    const { body: model } = await create(kerasNet()).expect(201);
    const document = await exported(model.id, `format=${format}`);
    expect(document).toMatchObject({ class_name: expect.any(String), config: expect.any(Object) });
    const { body: again } = await create(document).expect(201);
    expect(again.summary.parameters).toBe(KERAS_NET_PARAMETERS);
    expect(again.spec).toEqual(model.spec);
  });

  it('200 takes from a data set what the model leaves open, 422 without one', async () => {
    const { body: model } = await api.member.post('/v1/models', { name: 'open', spec: SMALL_NET }).expect(201);
    const answer = await api.member.get(`/v1/models/${model.id}?format=keras3`);
    const problem = expectPointers(answer, 'invalid_request', ['/dataset_id']);
    expect(problem.detail).toMatch(/images.*outputs.*dataset_id/);
    const document = await exported(model.id, `format=keras3&dataset_id=${datasetId}`);
    const { body: again } = await create(document).expect(201);
    expect(again.summary).toMatchObject({
      parameters: KERAS_NET_PARAMETERS,
      image: { width: 8, height: 8, channels: 1 },
    });
  });

  it('422 for a data set that the model does not fit, 404 for one of another project', async () => {
    const { body: model } = await create(kerasNet({ units: 7 })).expect(201);
    const query = `format=keras2&dataset_id=`;
    expectPointers(await api.member.get(`/v1/models/${model.id}?${query}${datasetId}`), 'invalid_spec', [
      '/dataset_id',
    ]);
    const theirs = await readyDataset(api.db, api.stranger.projectId);
    expectProblem(await api.member.get(`/v1/models/${model.id}?${query}${theirs.id}`), 'not_found');
  });

  it('422 for another format', async () => {
    const { body: model } = await create(kerasNet()).expect(201);
    expectPointers(await api.member.get(`/v1/models/${model.id}?format=h5`), 'invalid_request', ['/format']);
  });
});
