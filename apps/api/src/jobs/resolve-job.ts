/** Turns a posted job into one that can be queued: everything that can be known to fail is refused here. */
import { type CreateJob, type Training, TrainyardError } from '@trainyard/contracts';
import type { Database, NewJob } from '@trainyard/db';
import { fillBackbones } from '../backbones/fill-backbones.js';
import { buildForDataset } from '../models/build-source.js';
import { checkTraining, mergedTraining, normalizationOf, refuseLargeBatch } from '../models/check-training.js';
import { kerasSource, type ModelSource, specSource, storedSource } from '../models/model-source.js';
import { requireOneOf } from '../schemas/one-of-fields.js';
import { resolveTransfer } from './resolve-transfer.js';

const ONE_MODEL = 'Give one of `model_id`, a stored model, `model`, a specification, and `keras`, a Keras document.';

/**
 * Throws `invalid_request`, `not_found`, `dataset_not_ready`, `invalid_spec`, `batch_too_large` or
 * `device_unavailable`.
 */
export async function resolveJob(db: Database, projectId: string, posted: CreateJob): Promise<NewJob> {
  requireOneOf(posted, ['model_id', 'model', 'keras'], ONE_MODEL);
  const dataset = await db.datasets.content(projectId, posted.dataset_id);
  const source = await readSource(db, projectId, posted);
  const normalization = normalizationOf(source, mergedTraining(source, posted.training));
  const { model } = buildForDataset(source, dataset, normalization);
  const training = checkTraining(posted.training, { source, model, dataset });
  refuseLargeBatch(training, dataset);
  const transfer = await resolveTransfer(db, projectId, posted, { model, training, dataset });
  refuseHalfOffCuda(training, posted);
  if (posted.device === 'cuda') await refuseWithoutCuda(db);
  return {
    projectId,
    name: posted.name,
    datasetId: posted.dataset_id,
    modelId: posted.model_id,
    spec: source.spec,
    training,
    transfer,
    device: posted.device,
    priority: posted.priority,
    tags: posted.tags,
  };
}

async function readSource(
  db: Database,
  projectId: string,
  { model_id, model, keras }: CreateJob,
): Promise<ModelSource> {
  if (model_id !== undefined) {
    const stored = await db.models.get(projectId, model_id);
    return storedSource({ ...stored, spec: await fillBackbones(db, projectId, stored.spec, '/model_id') });
  }
  if (model === undefined) return kerasSource(keras, '/keras');
  return specSource(await fillBackbones(db, projectId, model, '/model'), '/model');
}

/** A CPU has nothing to gain by it, and `auto` may mean a CPU. */
function refuseHalfOffCuda({ precision }: Training, { device = 'auto' }: CreateJob): void {
  if (precision === 'float32' || device === 'cuda') return;
  const detail = `Expected "float32", or "cuda" as the device; received "${precision}" and "${device}".`;
  const errors = [{ pointer: '/training/precision', detail }];
  throw new TrainyardError('invalid_request', `/training/precision: ${detail}`, { errors });
}

async function refuseWithoutCuda(db: Database): Promise<void> {
  const devices = (await db.workers.alive()).flatMap((worker) => worker.devices);
  const found = devices.filter(({ device }) => device === 'cuda');
  if (found.some(({ available }) => available)) return;
  const reason = found.find((each) => each.reason !== null)?.reason;
  const detail = `No attached worker can train on CUDA${reason === undefined ? '' : `: ${reason}`}.`;
  const errors = [{ pointer: '/device', detail }];
  throw new TrainyardError('device_unavailable', `${detail} Use "auto" or "cpu", or attach one.`, { errors });
}
