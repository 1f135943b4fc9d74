/** Turns a posted job into one that can be queued: everything that can be known to fail is refused here. */
import {
  type CreateJob,
  resolveTraining,
  type Training,
  type TrainingDefaults,
  TrainyardError,
} from '@trainyard/contracts';
import type { Database, DatasetContent, NewJob } from '@trainyard/db';
import { buildModel, type ModelSpec, parseModelSpec } from '@trainyard/engine';
import { atPlaces, checkSpec } from '../models/check-spec.js';

/**
 * Throws `invalid_request`, `not_found`, `dataset_not_ready`, `invalid_spec`, `batch_too_large` or
 * `device_unavailable`.
 */
export async function resolveJob(db: Database, projectId: string, posted: CreateJob): Promise<NewJob> {
  refuseUnlessOneModel(posted);
  const dataset = await db.datasets.content(projectId, posted.dataset_id);
  const spec = await resolveSpec(db, projectId, posted, dataset);
  const training = resolveTraining(posted.training, defaultsFor(dataset));
  refuseLargeBatch(training, dataset);
  refuseForeignStatistics(training, spec, dataset);
  if (posted.device === 'cuda') await refuseWithoutCuda(db);
  return {
    projectId,
    name: posted.name,
    datasetId: posted.dataset_id,
    modelId: posted.model_id,
    spec,
    training,
    device: posted.device,
    tags: posted.tags,
  };
}

function defaultsFor({ classes, counts: { train } }: DatasetContent): TrainingDefaults {
  return {
    trainImages: train.total,
    classNames: classes,
    classCounts: classes.map((name) => train.classes[name] ?? 0),
  };
}

function refuseUnlessOneModel({ model, model_id }: CreateJob): void {
  if ((model === undefined) !== (model_id === undefined)) return;
  const detail = 'Give either `model_id`, a stored model, or `model`, a specification.';
  const errors = [
    { pointer: '/model_id', detail },
    { pointer: '/model', detail },
  ];
  throw new TrainyardError('invalid_request', detail, { errors });
}

async function resolveSpec(
  db: Database,
  projectId: string,
  { model, model_id }: CreateJob,
  dataset: DatasetContent,
): Promise<ModelSpec> {
  if (model_id === undefined) return checkSpec(model, { pointer: '/model', dataset }).spec;
  const stored = await db.models.get(projectId, model_id);
  try {
    const spec = parseModelSpec(stored.spec);
    buildModel(spec, { image: dataset.image, classes: dataset.classes.length });
    return spec;
  } catch (error) {
    throw atPlaces(error, `The model ${model_id} does not fit this data set. `, (errors) =>
      errors.map(({ pointer, detail }) => ({ pointer: '/model_id', detail: `${pointer}: ${detail}` })),
    );
  }
}

function refuseLargeBatch({ batch_size }: Training, { counts }: DatasetContent): void {
  const images = counts.train.total;
  if (batch_size <= images) return;
  const detail = `Expected at most ${images}, the images of the train split; received ${batch_size}.`;
  const errors = [{ pointer: '/training/batch_size', detail }];
  throw new TrainyardError('batch_too_large', `Choose a batch_size of at most ${images}.`, { errors });
}

/** The statistics of a data set are per channel: they say nothing of a model that sees other channels. */
function refuseForeignStatistics({ normalization }: Training, { input }: ModelSpec, { image }: DatasetContent): void {
  if (normalization !== 'standardize' || input === undefined || input.channels === image.channels) return;
  const detail = `"standardize" needs a model with the ${image.channels} channels of the data set; it has ${input.channels}.`;
  const errors = [{ pointer: '/training/normalization', detail }];
  throw new TrainyardError('invalid_request', `${detail} Use "unit" or "symmetric".`, { errors });
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
