// A Trainyard for tests of the worker: what the API would write is written directly, the rest is real processes.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Checkpoint,
  type Dataset,
  type DeviceChoice,
  type Event,
  type Job,
  newId,
  resolveTraining,
  type TrainingOptions,
} from '@trainyard/contracts';
import { type Database, type MetricRow, openDatabase } from '@trainyard/db';
import { parseModelSpec } from '@trainyard/engine';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { buildImageFolderZip } from '../fixtures/index.js';
import {
  atEnd,
  createTestEnvironment,
  type Program,
  startApi,
  startWorker,
  type TestEnvironment,
} from '../setup/index.js';

export interface Trainyard {
  db: Database;
  store: ObjectStore;
  projectId: string;
  databaseUrl: string;
  redisUrl: string;
  /** `more` is set in the worker's environment beside what all programs get. */
  startWorker(more?: Readonly<Record<string, string>>): Promise<Program>;
}

/**
 * Starts everything but a worker. The API is there for its dispatcher and its reconciler. `settings` go before those of
 * the tests.
 */
export async function startTrainyard(settings: Partial<TestEnvironment> = {}): Promise<Trainyard> {
  const environment = { ...(await createTestEnvironment()), ...settings };
  const db = openDatabase(environment.DATABASE_URL);
  atEnd(() => db.close());
  const store = openObjectStore({ root: join(environment.TRAINYARD_DATA_DIR, 'objects') });
  await startApi(environment);
  const { projectId } = await db.projects.ensureBootstrap();
  return {
    db,
    store,
    projectId,
    databaseUrl: environment.DATABASE_URL,
    redisUrl: environment.REDIS_URL,
    startWorker: (more = {}) => startWorker({ ...environment, ...more }),
  };
}

/** A small network that learns the fixtures' stripes. */
export const SMALL_NET = {
  layers: [
    { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'dropout', rate: 0.1 },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

/** Stores an archive and queues it to be read, by itself or with the images of a data set that it is added to. */
export async function upload(
  { db, store, projectId }: Trainyard,
  archive: Uint8Array,
  parentId?: string,
): Promise<Dataset> {
  const id = newId('dataset');
  const sourceKey = `uploads/${id}/source`;
  const { bytes } = await store.write(sourceKey, archive);
  await db.datasets.create({ id, projectId, sourceKey, parentId });
  return db.datasets.uploaded(id, { bytes });
}

/** Uploads images of three classes, and waits until a worker has read them. */
export async function readyDataset(trainyard: Trainyard, perClass = 60): Promise<Dataset> {
  const { id } = await upload(trainyard, await buildImageFolderZip({ classes: 3, perClass, size: 16 }));
  return datasetThat(trainyard, id, ({ status }) => status !== 'processing');
}

export function submit(
  { db, projectId }: Trainyard,
  datasetId: string,
  training: TrainingOptions,
  device: DeviceChoice = 'auto',
): Promise<Job> {
  const spec = parseModelSpec(SMALL_NET);
  return db.jobs.create({ projectId, datasetId, spec, training: resolveTraining(training), device });
}

export const ended = ({ status }: Job) => ['succeeded', 'failed', 'cancelled'].includes(status);

export function jobThat(trainyard: Trainyard, id: string, holds: (job: Job) => boolean, timeout = 90_000) {
  return until(() => trainyard.db.jobs.get(trainyard.projectId, id), holds, timeout);
}

export function datasetThat(trainyard: Trainyard, id: string, holds: (dataset: Dataset) => boolean, timeout = 90_000) {
  return until(() => trainyard.db.datasets.get(trainyard.projectId, id), holds, timeout);
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, timeout: number): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`Not after ${timeout} ms. The last was ${JSON.stringify(value, null, 2)}`);
    await sleep(100);
  }
}

export async function metricsOf(
  { db, projectId }: Trainyard,
  jobId: string,
  resolution: 'step' | 'epoch',
): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await db.metrics.list(projectId, jobId, { resolution, limit: 100, ...(after ? { after } : {}) });
    rows.push(...page.data);
    after = page.next_cursor;
  }
  return rows;
}

/** Oldest first. */
export async function checkpointsOf({ db, projectId }: Trainyard, jobId: string): Promise<Checkpoint[]> {
  const { data } = await db.checkpoints.list(projectId, jobId, { limit: 100 });
  return data.sort((a, b) => a.step - b.step);
}

export async function eventsOf({ db, projectId }: Trainyard, jobId: string): Promise<Event[]> {
  return (await db.events.list(projectId, jobId, { limit: 100 })).data;
}

/** The bytes of a stored checkpoint. */
export async function checkpointFile({ db, store, projectId }: Trainyard, id: string): Promise<Uint8Array> {
  const { storageKey } = await db.checkpoints.trainedModel(projectId, id);
  return store.readBytes(storageKey);
}
