import { newId } from '@trainyard/contracts';
import { writeGallery } from '@trainyard/datasets';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { gallerySource } from '../datasets/gallery-images.js';
import { readyDataset } from '../db/rows.js';
import { CLASSIFIER, onnxFile } from '../engine/onnx-files.js';
import { storedEvaluation } from '../evaluation/stored-evaluation.js';
import { storedCheckpoint } from '../inference/serving.js';
import { storedExport } from '../inference/stored-export.js';
import { storedLook } from '../look-inside/stored-look.js';
import { startInference } from '../setup/index.js';
import { SMALL_NET } from './networks.js';
import { type Operation, operationsOf } from './operations.js';
import { expectProblem } from './problem.js';
import { type Caller, createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** What the project of the member has, by the first part of its address. */
let owned: Record<string, string>;

beforeAll(async () => {
  api = await createTestApi();
  const { db, store, member } = api;
  const { projectId } = member;
  const checkpoint = await storedCheckpoint({ db, store, projectId });
  const { job_id } = await db.checkpoints.get(projectId, checkpoint);
  const { body: key } = await member.post('/v1/keys', { name: 'mine' }).expect(201);
  const { body: model } = await member.post('/v1/models', { name: 'mine', spec: SMALL_NET }).expect(201);
  const file = Buffer.from(onnxFile(CLASSIFIER));
  const { body: backbone } = await member.post('/v1/backbones').field('name', 'mine').attach('file', file, 'm.onnx');
  const upload = await db.uploads.create({
    projectId,
    datasetId: newId('dataset'),
    sourceKey: 'uploads/mine/source',
    length: 1,
    metadata: null,
    lifetimeMs: 3_600_000,
    openMax: 1,
  });
  const endpoint = await db.endpoints.create({ projectId, name: 'mine', checkpointId: checkpoint });
  const dataset_id = (await readyDataset(db, projectId)).id;
  const search = { space: { '/training/seed': [1, 2] }, strategy: 'grid' };
  const posted = { dataset_id, model: SMALL_NET, training: { batch_size: 4 }, ...search };
  const { body: sweep } = await member.post('/v1/sweeps', posted).expect(202);
  owned = {
    datasets: dataset_id,
    sweeps: sweep.id,
    uploads: upload.id,
    models: model.id,
    backbones: backbone.id,
    jobs: job_id,
    checkpoints: checkpoint,
    endpoints: endpoint.id,
    evaluations: await storedEvaluation({ db, store, projectId }, checkpoint),
    forecast: (await db.analyses.request({ projectId, kind: 'forecast', request: {}, datasetId: checkpoint })).id,
    keys: key.id,
    projects: projectId,
  };
  await storedLook({ db, store, projectId }, checkpoint);
  await storedExport({ db, store, projectId }, checkpoint);
  await store.write(`datasets/${owned.datasets}/skipped.jsonl`, new Uint8Array());
  await writeGallery(store, gallerySource({ datasetId: owned.datasets, classes: ['cat', 'dog'], labels: [0, 1] }));
  await startInference(api.environment);
});

/** A download asks for a format, what is evaluated is not a regression, and nobody has looked into the network. */
const NOT_OF_IT = /\/(download|residuals\.png|histograms\.png)$/;

/** The operations on one resource, with its own address. */
async function addressed(): Promise<(Operation & { url: string })[]> {
  return (await operationsOf(api.app)).flatMap((operation) => {
    const kind = /^\/v1\/(\w+)\/\{id\}/.exec(operation.path)?.[1];
    if (kind === undefined) return [];
    if (owned[kind] === undefined) throw new Error(`There is no ${kind} to test ${operation.path} with.`);
    return [{ ...operation, url: operation.path.replace('{id}', owned[kind]) }];
  });
}

function send(caller: Caller, { method, url }: { method: Operation['method']; url: string }) {
  return supertest(api.app.server)
    [method](url)
    .set({ authorization: `Bearer ${caller.secret}`, 'tus-resumable': '1.0.0' });
}

describe('a key of another project', () => {
  it('gets 404 on every route with an id, for a stream as well, and changes nothing', async () => {
    const operations = await addressed();
    expect(operations.length).toBeGreaterThanOrEqual(14);
    for (const operation of operations) {
      const answer = await send(api.stranger, operation);
      expect(`${operation.method} ${operation.path}: ${answer.status}`).toMatch(/: 404$/);
      if (operation.method !== 'head') expectProblem(answer, 'not_found');
    }
    expectProblem(
      await send(api.stranger, { method: 'get', url: `/v1/jobs/${owned.jobs}/events` }).set(
        'accept',
        'text/event-stream',
      ),
      'not_found',
    );
    const shown = operations.filter(({ method, path }) => method === 'get' && !NOT_OF_IT.test(path));
    for (const operation of shown) {
      await send(api.member, operation).expect(200);
    }
  });

  it('finds nothing of the project in any list', async () => {
    const lists = (await operationsOf(api.app)).filter(
      ({ method, path, isPublic }) => method === 'get' && !isPublic && !path.includes('{'),
    );
    expect(lists.length).toBeGreaterThanOrEqual(7);
    for (const { path } of lists) {
      const { text } = await send(api.stranger, {
        method: 'get',
        url: `${path}?limit=100`.replace('/workers?limit=100', '/workers'),
      });
      for (const id of Object.values(owned)) expect(text).not.toContain(id);
      expect(text).not.toContain(api.member.projectId);
    }
  });
});

describe('no key', () => {
  it('gets 401 on every route but those that say that they need none', async () => {
    const operations = await operationsOf(api.app);
    const open = operations.filter(({ isPublic }) => isPublic).map(({ path }) => path);
    expect(open).toEqual(['/healthz', '/readyz', '/v2/health/live', '/v2/health/ready']);
    for (const { method, path } of operations.filter(({ isPublic }) => !isPublic)) {
      const answer = await supertest(api.app.server)[method](path.replace('{id}', 'any'));
      expect(`${method} ${path}: ${answer.status}`).toMatch(/: 401$/);
      if (path.startsWith('/v2')) expect(answer.body).toEqual({ error: expect.stringContaining('API key') });
      else if (method !== 'head') expectProblem(answer, 'unauthorized');
    }
  });
});
