import {
  ApiKey,
  Checkpoint,
  Dataset,
  Endpoint,
  Event,
  Job,
  ListOf,
  LogLine,
  Model,
  Project,
} from '@trainyard/contracts';
import supertest from 'supertest';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { storedCheckpoint } from '../inference/serving.js';
import { MNIST_CONVNET } from './networks.js';
import { type Document, documentOf, operationsOf } from './operations.js';
import { createTestApi, type TestApi } from './setup.js';

const LAYERS = [
  ...['conv2d', 'depthwise_conv2d', 'separable_conv2d', 'conv2d_transpose', 'max_pooling2d', 'average_pooling2d'],
  ...['global_average_pooling2d', 'global_max_pooling2d', 'dense', 'flatten', 'reshape', 'activation', 'relu', 'elu'],
  ...['leaky_relu', 'prelu', 'softmax', 'dropout', 'spatial_dropout2d', 'gaussian_noise', 'batch_normalization'],
  ...['layer_normalization', 'zero_padding2d', 'cropping2d', 'up_sampling2d', 'add', 'subtract', 'multiply', 'average'],
  ...['maximum', 'concatenate', 'rescaling', 'normalization', 'sequential'],
];
const TRAININGS = [
  ...['sgd', 'rmsprop', 'adam', 'adamw', 'adagrad', 'adadelta', 'lion'],
  ...['constant', 'step', 'exponential', 'polynomial', 'cosine', 'one_cycle', 'reduce_on_plateau'],
  ...['categorical_crossentropy', 'binary_crossentropy', 'focal', 'mse', 'mae', 'huber', 'hinge'],
  ...['accuracy', 'top_k_accuracy', 'precision', 'recall', 'f1', 'auc', 'rmse'],
];

let api: TestApi;
let document: Document;
beforeAll(async () => {
  api = await createTestApi();
  document = await documentOf(api.app);
});

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    const names = new Set(references.map(([, name]) => name));
    expect(JSON.stringify(document).split('"$ref"')).toHaveLength(references.length + 1);
    for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('names every operation once, with the problems that each can answer', async () => {
    const operations = await operationsOf(api.app);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, isPublic, responses } of operations) {
      if (!isPublic) expect(responses).toContain('401');
      if (path.includes('{id}')) expect(responses).toContain('404');
    }
  });

  it('shows the layers of a specification with their arguments', () => {
    const layers = JSON.stringify(document.components.schemas.ModelSpec);
    for (const name of [...LAYERS, 'kernel_size', 'units', 'inputs']) expect(layers).toContain(`"${name}"`);
    for (const name of ['CreateJob', 'CreateModel', 'ValidateModel', 'ModelPreset']) {
      expect(JSON.stringify(document.components.schemas[name])).toContain('#/components/schemas/ModelSpec');
    }
  });

  it('shows what a training can be, and that a Keras document is any JSON', () => {
    const { CreateJob, CreateModel, ValidateModel } = document.components.schemas;
    const job = JSON.stringify(CreateJob);
    for (const name of TRAININGS) expect(job).toContain(`"${name}"`);
    for (const schema of [CreateJob, CreateModel, ValidateModel]) {
      const { keras } = (schema as { properties: Record<string, object> }).properties;
      expect(Object.keys(keras)).toEqual(['description']);
    }
  });

  it('has examples that the routes take', async () => {
    const example = (name: string): object => {
      const [first] = document.components.schemas[name]?.examples ?? [];
      if (first === undefined) throw new Error(`${name} has no example`);
      return first;
    };
    await api.operator.post('/v1/projects', example('CreateProject')).expect(201);
    await api.operator.post('/v1/keys', example('CreateApiKey')).expect(201);
    await api.operator.post('/v1/models', example('CreateModel')).expect(201);
    const { body } = await api.operator.post('/v1/models/validate', example('ValidateModel')).expect(200);
    expect(body.summary.parameters).toBe(34_826);
    // Their ids are made up, so what the schema cannot see is not found.
    const { body: job } = await api.operator.post('/v1/jobs', example('CreateJob')).expect(404);
    expect(job.type).toBe('urn:trainyard:error:not_found');
    await api.operator.post('/v1/endpoints', example('CreateEndpoint')).expect(404);
    await api.operator.patch('/v1/endpoints/none', example('UpdateEndpoint')).expect(404);
    await api.operator.post('/v1/sweeps', example('CreateSweep')).expect(404);
  });
});

describe('GET /docs', () => {
  it('200 without a key, with a script of this server and nothing from elsewhere', async () => {
    const page = await supertest(api.app.server).get('/docs/').expect(200);
    expect(page.text).toContain('/openapi.json');
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect(source).not.toMatch(/^(https?:)?\/\//);
      const script = await supertest(api.app.server).get(new URL(source, 'http://x/docs/').pathname).expect(200);
      expect(script.headers['content-type']).toMatch(/javascript/);
    }
  });
});

describe('answers', () => {
  it('fit the schemas that the document has for them', async () => {
    const { db, store, operator } = api;
    const { projectId } = operator;
    const checkpointId = await storedCheckpoint({ db, store, projectId });
    const { job_id } = await db.checkpoints.get(projectId, checkpointId);
    await db.endpoints.create({ projectId, name: 'served', checkpointId });
    await db.workers.register({ host: 'test', pid: 1, devices: [{ device: 'cpu', available: true, reason: null }] });
    await operator.post('/v1/models', { name: 'm', spec: MNIST_CONVNET }).expect(201);
    const schemas: Record<string, TSchema> = {
      projects: Project,
      keys: ApiKey,
      datasets: Dataset,
      models: Model,
      jobs: Job,
      [`jobs/${job_id}/events`]: Event,
      [`jobs/${job_id}/logs`]: LogLine,
      [`jobs/${job_id}/checkpoints`]: Checkpoint,
      endpoints: Endpoint,
    };
    for (const [path, schema] of Object.entries(schemas)) {
      const { body } = await operator.get(`/v1/${path}`).expect(200);
      expect(body.data, path).not.toEqual([]);
      expect([...Value.Errors(ListOf(schema), body)], path).toEqual([]);
      const one = `/v1/${path}/${body.data[0].id}`;
      if (['datasets', 'models', 'jobs', 'endpoints'].includes(path)) {
        expect((await operator.get(one).expect(200)).body).toEqual(body.data[0]);
      }
    }
  });
});
