// Rows that the tests of the database begin with.
import { type Dataset, type IngestedDataset, type Job, resolveTraining } from '@trainyard/contracts';
import { type ClaimOptions, type Database, openDatabase, type QueueRules } from '@trainyard/db';
import { atEnd, createTestDatabase } from '../setup/index.js';

export const TRAITS = { cpu: 'x64 avx2 fma', onnxruntimeVersion: '1.29.0' };

export const WORKER: ClaimOptions = { workerId: 'wrk_test', leaseMs: 60_000, devices: ['cpu'], traits: TRAITS };

type JobOptions = { tags?: string[]; device?: 'cpu' | 'cuda'; priority?: number };

const counts = { total: 4, classes: { cat: 2, dog: 2 } };

export const INGESTED: IngestedDataset = {
  format: 'image_folder',
  task: 'multiclass',
  targets: null,
  digest: 'ab'.repeat(32),
  parts: ['ds_1'],
  classes: ['cat', 'dog'],
  image: { width: 8, height: 8, channels: 1 },
  counts: { total: 12, train: counts, validation: counts, test: counts },
  stats: { mean: [0.5], std: [0.25] },
  warnings: [],
};

/** Opens a fresh database with the project `default`, and closes it when the test file ends. */
export async function openTestDatabase(rules?: QueueRules): Promise<{ db: Database; url: string; projectId: string }> {
  const url = await createTestDatabase();
  const db = openDatabase(url, rules);
  atEnd(() => db.close());
  const { projectId } = await db.projects.ensureBootstrap();
  return { db, url, projectId };
}

/** A data set whose upload is stored and which no worker has taken yet. */
export async function uploadedDataset(db: Database, projectId: string): Promise<Dataset> {
  const { id } = await db.datasets.create({ projectId, sourceKey: 'uploads/x/source', options: {} });
  return db.datasets.uploaded(id, { bytes: 5_000_000_000 });
}

export async function readyDataset(
  db: Database,
  projectId: string,
  found: Partial<IngestedDataset> = {},
): Promise<Dataset> {
  const { id } = await uploadedDataset(db, projectId);
  const claim = await db.datasets.claim(id, WORKER);
  if (!claim) throw new Error('the data set could not be taken');
  await db.datasets.markReady(claim, { ...INGESTED, ...found });
  return db.datasets.get(projectId, id);
}

export async function queuedJob(db: Database, projectId: string, more: JobOptions = {}): Promise<Job> {
  const dataset = await readyDataset(db, projectId);
  return createJob(db, projectId, dataset.id, more);
}

export function createJob(db: Database, projectId: string, datasetId: string, more: JobOptions = {}) {
  const spec = { layers: [{ type: 'flatten', name: 'flatten' }] };
  return db.jobs.create({ projectId, datasetId, spec, training: resolveTraining(), ...more });
}

/** A job in `preparing`, or `running`, with the fence of its worker. */
export async function heldJob(db: Database, projectId: string, running = true) {
  const { id } = await queuedJob(db, projectId);
  const claim = await db.jobs.claim(id, WORKER);
  if (!claim) throw new Error('the job could not be taken');
  const fence = { id, attempt: claim.attempt };
  if (running) await db.jobs.start(fence);
  return fence;
}

export function checkpointAt(epoch: number, best = false) {
  return {
    epoch,
    step: epoch * 10,
    metrics: { train: { loss: 1 / epoch, accuracy: 0.5 }, validation: { loss: 2 / epoch, accuracy: 0.4 } },
    bytes: 1234,
    digest: `sha256:${String(epoch).padStart(64, '0')}`,
    storageKey: `checkpoints/x/${epoch}.safetensors`,
    best,
  };
}

export const RESULT = { test: { loss: 0.1, accuracy: 0.9 }, stop_reason: 'completed' as const, best: null };
export const ERROR = {
  code: 'training_diverged' as const,
  message: 'The loss is not a number. Lower the learning rate.',
};
