// A Trainyard that serves a network which nobody trained: its rows and its checkpoint are written directly, the API and
// the inference server are real.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type IngestedDataset, type PredictResponse, type Problem, resolveTraining } from '@trainyard/contracts';
import { type Database, openDatabase, type StoredEndpoint } from '@trainyard/db';
import { buildModel, initialParameters, parameterName, parseModelSpec } from '@trainyard/engine';
import { checkpointKey, writeCheckpoint } from '@trainyard/runtime';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { randomSource } from '../fixtures/random.js';
import {
  atEnd,
  createTestEnvironment,
  type Program,
  startApi,
  startInference,
  TEST_KEY,
  type TestEnvironment,
} from '../setup/index.js';

/** Neither square nor grey, so that nothing can be swapped unseen. */
export const IMAGE = { width: 20, height: 14, channels: 3 } as const;
export const CLASSES = ['circle', 'square', 'star', 'triangle'];
export const STATS = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] };
const WORKER = {
  workerId: 'wrk_test',
  leaseMs: 60_000,
  devices: ['cpu'] as const,
  traits: { cpu: 'x64', onnxruntimeVersion: '1.29.0' },
};

const SPEC = {
  layers: [
    { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'dropout', rate: 0.5 },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

export interface Serving {
  db: Database;
  store: ObjectStore;
  projectId: string;
  environment: TestEnvironment;
  inference: Program;
}

/** A database, a store and a project, without any process. */
export async function openServing(): Promise<Omit<Serving, 'inference'>> {
  const environment = await createTestEnvironment();
  const db = openDatabase(environment.DATABASE_URL);
  atEnd(() => db.close());
  const store = openObjectStore({ root: join(environment.TRAINYARD_DATA_DIR, 'objects') });
  const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
  return { db, store, projectId, environment };
}

/** The inference server, and the API where `api` says so. */
export async function startServing({ api = false } = {}): Promise<Serving> {
  const serving = await openServing();
  if (api) await startApi(serving.environment);
  return { ...serving, inference: await startInference(serving.environment) };
}

export type TrainedBy = Pick<Serving, 'db' | 'store' | 'projectId'>;

export interface StoredCheckpointOptions {
  seed?: number;
  scale?: number;
  /** The last layer; by default one of classes. */
  end?: object;
  /** What the data set is; by default one of `CLASSES` at `IMAGE`. */
  found?: Partial<Pick<IngestedDataset, 'task' | 'classes' | 'image'>>;
}

/** A checkpoint with random weights, by default strong enough that images differ in what they get. */
export async function storedCheckpoint(
  { db, store, projectId }: TrainedBy,
  { seed = 1, scale = 2, end, found = {} }: StoredCheckpointOptions = {},
): Promise<string> {
  const { classes = CLASSES, image = IMAGE } = found;
  const datasetId = await readyDataset({ db, projectId }, found);
  const spec = parseModelSpec(end === undefined ? SPEC : { layers: [...SPEC.layers.slice(0, -1), end] });
  const training = resolveTraining({ normalization: 'standardize' });
  const job = await db.jobs.create({ projectId, datasetId, spec, training });
  const claim = await db.jobs.claim(job.id, WORKER);
  if (!claim) throw new Error('the job could not be taken');
  await db.jobs.start(claim);

  const model = buildModel(spec, { image, classes: classes.length, ...(found.task ? { task: found.task } : {}) });
  const initial = initialParameters(model, seed);
  const tensors = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      const data = (initial.get(name) ?? new Float32Array()).map((value) => scale * value);
      return [name, { shape: parameter.shape, data }];
    }),
  );
  const key = checkpointKey(job.id, 1, claim.attempt);
  const best = { epoch: 1, step: 1, loss: 1 };
  const stored = await writeCheckpoint(store, key, tensors, { epoch: 1, step: 1, seed, best, learningRate: null });
  const { checkpoint } = await db.checkpoints.record(claim, {
    epoch: 1,
    step: 1,
    metrics: { train: { loss: 1 }, validation: null },
    bytes: stored.bytes,
    digest: stored.digest,
    storageKey: stored.key,
    best: true,
  });
  return checkpoint.id;
}

async function readyDataset(
  { db, projectId }: Pick<Serving, 'db' | 'projectId'>,
  { classes = CLASSES, ...found }: Partial<IngestedDataset>,
): Promise<string> {
  const { id } = await db.datasets.create({ projectId, sourceKey: 'uploads/none/source' });
  await db.datasets.uploaded(id, { bytes: 1 });
  const claim = await db.datasets.claim(id, WORKER);
  if (!claim) throw new Error('the data set could not be taken');
  const counts = { total: classes.length, classes: Object.fromEntries(classes.map((name) => [name, 1])) };
  await db.datasets.markReady(claim, {
    format: 'image_folder',
    task: 'multiclass',
    targets: null,
    digest: 'ab'.repeat(32),
    parts: ['ds_1'],
    classes,
    image: IMAGE,
    counts: { total: 3 * classes.length, train: counts, validation: counts, test: counts },
    stats: STATS,
    warnings: [],
    ...found,
  });
  return id;
}

/** Creates an endpoint and waits until it is no longer starting. */
export async function startedEndpoint(
  serving: TrainedBy,
  name: string,
  checkpointId?: string,
): Promise<StoredEndpoint> {
  const { db, projectId } = serving;
  const checkpoint = checkpointId ?? (await storedCheckpoint(serving));
  const { id } = await db.endpoints.create({ projectId, name, checkpointId: checkpoint });
  return until(
    () => db.endpoints.get(projectId, id),
    ({ status }) => status !== 'starting',
  );
}

export async function until<T>(read: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`Not after 30 s. The last was ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Sent {
  body?: RequestInit['body'];
  type?: string;
  key?: string;
}

/** Where predictions are asked for; the inference server's own port unless another is given. */
export type Asked = Pick<Serving, 'inference'> & { port?: number };

/** Posts to `/v1/endpoints/{name}/predict`. */
export async function post<T>(asked: Asked, name: string, sent: Sent): Promise<Answer<T>> {
  const { body, type, key = TEST_KEY } = sent;
  const answer = await fetch(`http://127.0.0.1:${asked.port ?? asked.inference.port}/v1/endpoints/${name}/predict`, {
    method: 'POST',
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...(type ? { 'content-type': type } : {}) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}

/** What a model of classes answers. */
export type ClassResponse = Extract<PredictResponse, { task: 'multiclass' | 'binary' }>;

/** A prediction of classes that has to succeed. */
export async function predict(asked: Asked, name: string, sent: Sent): Promise<ClassResponse> {
  const answer = await post<ClassResponse>(asked, name, sent);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A request that has to be refused. */
export async function refused(asked: Asked, name: string, sent: Sent): Promise<Answer<Problem>> {
  const answer = await post<Problem>(asked, name, sent);
  if (answer.status < 400) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}

export const json = (value: unknown): Sent => ({ body: JSON.stringify(value), type: 'application/json' });
export const instances = (...values: unknown[]): Sent => json({ instances: values });
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function files(...all: Uint8Array[]): Sent {
  const body = new FormData();
  for (const [index, bytes] of all.entries()) body.append('file', new Blob([Buffer.from(bytes)]), `${index}.png`);
  return { body };
}

export function png(bytes: Uint8Array): Sent {
  return { body: Buffer.from(bytes), type: 'image/png' };
}

/** Coarse random blocks at the model's size: uint8 [height, width, 3]. */
export function randomPixels(seed: number): Uint8Array {
  const random = randomSource(seed);
  const { width, height, channels } = IMAGE;
  const blocks = Uint8Array.from({ length: 64 * channels }, () => Math.floor(random() * 256));
  return Uint8Array.from({ length: width * height * channels }, (_, place) => {
    const pixel = Math.floor(place / channels);
    const block = Math.floor((pixel % width) / 4) + 8 * Math.floor(pixel / width / 4);
    return blocks[block * channels + (place % channels)];
  });
}

/** What the inference server has logged, a record a line. */
export function logged(program: Program): Record<string, unknown>[] {
  return program
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** The processes of models that were started so far, the newest last. */
export function modelPids(program: Program): number[] {
  return logged(program)
    .filter((record) => record.msg === 'a model is loaded')
    .map((record) => Number(record.model_pid));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
