// Whatever stands in a body, the answer is 2xx or 4xx: every place of a good body is replaced by junk, one after another.
import { newId, PROBLEM_CONTENT_TYPE } from '@trainyard/contracts';
import { beforeAll, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { storedCheckpoint } from '../inference/serving.js';
import { compiled, kerasNet } from './keras-documents.js';
import { SMALL_NET } from './networks.js';
import { createTestApi, type TestApi } from './setup.js';

const JUNK: unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  '',
  'x',
  'é'.repeat(5_000),
  'a\0',
  '\ud800',
  '__proto__',
  [],
  [null],
  {},
  { type: 'conv2d' },
  { __proto: 1, constructor: { prototype: {} } },
];

type Json = Record<string, unknown> | unknown[];

/** Copies of a body, each with one place replaced by `value`. */
function* replaced(body: Json, value: unknown): Generator<Json> {
  for (const [key, child] of Object.entries(body)) {
    const put = (item: unknown): Json => {
      const copy = structuredClone(body);
      Reflect.set(copy, key, item);
      return copy;
    };
    yield put(value);
    if (child !== null && typeof child === 'object')
      for (const inner of replaced(child as Json, value)) yield put(inner);
  }
}

let api: TestApi;
/** Good bodies, by address. */
let bodies: Record<string, Json[]>;

beforeAll(async () => {
  api = await createTestApi();
  const { db, store, operator } = api;
  const { projectId } = operator;
  const dataset_id = (await readyDataset(db, projectId)).id;
  const checkpoint_id = await storedCheckpoint({ db, store, projectId });
  const spec = { input: { width: 8, height: 8, channels: 1 }, ...SMALL_NET };
  const { body: model } = await operator.post('/v1/models', { name: 'searched', spec }).expect(201);
  const training = {
    epochs: 1,
    batch_size: 4,
    optimizer: { type: 'sgd', learning_rate: 0.1, momentum: 0.9 },
    schedule: { type: 'step', boundaries: [1], factor: 0.5, warmup_steps: 2 },
    loss: { type: 'focal', gamma: 2 },
    metrics: ['accuracy', { type: 'top_k_accuracy', k: 2 }],
    class_weights: { cat: 2 },
    label_smoothing: 0,
    normalization: 'unit',
    gradient_clip_norm: 1,
    ema: { decay: 0.9 },
    checkpoints: { every_epochs: 1, keep: 1 },
    seed: 1,
  };
  bodies = {
    '/v1/projects': [{ name: 'junk' }],
    '/v1/keys': [{ name: 'junk', role: 'member', project_id: projectId }],
    '/v1/datasets': [
      {
        upload_id: newId('upload'),
        name: 'junk',
        format: 'csv',
        options: { image: { width: 8, fit: 'cover' }, split: { train: 0.8, seed: 1 }, label_column: 'x' },
      },
    ],
    '/v1/models': [{ name: 'junk', spec }],
    '/v1/models/validate': [
      { name: 'junk', spec, dataset_id, batch_size: 8 },
      { keras: kerasNet({ compile_config: compiled('categorical_crossentropy') }), dataset_id },
    ],
    '/v1/jobs': [{ name: 'junk', dataset_id, model: spec, training, device: 'cpu', tags: ['junk'] }],
    '/v1/sweeps': [
      {
        dataset_id,
        model_id: model.id,
        training: { epochs: 4, batch_size: 4 },
        space: {
          '/training/optimizer/type': ['adam', 'sgd'],
          '/training/optimizer/learning_rate': { min: 0.1, max: 1, log: true },
          '/training/optimizer/momentum': { values: [0.9], when: { '/training/optimizer/type': ['sgd'] } },
        },
        strategy: 'asha',
        asha: { min_epochs: 1, reduction_factor: 2 },
        objective: { metric: 'val_loss', goal: 'minimize' },
        max_trials: 1,
      },
    ],
    '/v1/endpoints': [
      {
        name: 'junk',
        checkpoint_id,
        labels: { star: 'Stern' },
        top_k: 2,
        batching: { max_batch_size: 8, max_delay_ms: 1, max_latency_ms: 50 },
      },
    ],
    '/v1/evaluations': [{ checkpoint_id, dataset_id, split: 'test', temperature_scaling: true }],
  };
});

it.each([
  '/v1/projects',
  '/v1/keys',
  '/v1/datasets',
  '/v1/models',
  '/v1/models/validate',
  '/v1/jobs',
  '/v1/sweeps',
  '/v1/endpoints',
  '/v1/evaluations',
])('POST %s answers junk with 2xx or a 4xx problem', async (url) => {
  const authorization = `Bearer ${api.operator.secret}`;
  let refused = 0;
  for (const value of JUNK) {
    const good = bodies[url] ?? [];
    const payloads = [value, ...good.flatMap((body) => [...replaced(body, value)])].map((body) => JSON.stringify(body));
    for (const payload of payloads) {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await api.app.inject({ method: 'POST', url, headers, payload });
      if (answer.statusCode < 400) continue;
      refused++;
      expect(answer.statusCode, `${payload} → ${answer.body}`).toBeLessThan(500);
      expect(answer.headers['content-type']).toBe(PROBLEM_CONTENT_TYPE);
    }
  }
  expect(refused).toBeGreaterThan(JUNK.length);
});
