/** Turns a posted sweep into one that can be begun: everything that can be known to fail is refused here. */
import {
  type CreateSweep,
  directionOf,
  type FieldError,
  type SweepBody,
  type SweepObjective,
  type SweepSettings,
  TRIALS_MAX,
  TrainyardError,
} from '@trainyard/contracts';
import type { Database, NewJob, NewSweep } from '@trainyard/db';
import { gridSize, type Parameter, readSpace, refuseEndlessGrid } from '@trainyard/tuning';
import { mergedTraining } from '../models/check-training.js';
import { kerasSource, specSource, storedSource } from '../models/model-source.js';
import { requireOneOf } from '../schemas/one-of-fields.js';
import { checkSpace } from './check-space.js';

const ONE_MODEL = 'Give one of `model_id`, a stored model, `model`, a specification, and `keras`, a Keras document.';
const TRIALS = 20;

/** Throws what `POST /v1/jobs` would, and `invalid_request` for a search that cannot be made. */
export async function resolveSweep(
  db: Database,
  projectId: string,
  posted: CreateSweep,
  check: (body: object) => void,
): Promise<NewSweep> {
  requireOneOf(posted, ['model_id', 'model', 'keras'], ONE_MODEL);
  const { name, dataset_id: datasetId, model_id: modelId, device = 'auto', priority = 0, tags = [] } = posted;
  const parameters = readSpace(posted.space);
  const body = await readBody(db, projectId, posted);
  const source = { projectId, name: name ?? 'trial', datasetId, body, settings: { device, priority, tags } };
  const jobs = await checkSpace(db, source, parameters, check);
  const epochs = Math.max(...jobs.map(({ training }) => training.epochs));
  const objective = await objectiveOf(db, projectId, posted, jobs[0]);
  const settings: SweepSettings = {
    space: posted.space,
    strategy: posted.strategy ?? 'tpe',
    asha: { min_epochs: 1, reduction_factor: 3, sampler: 'random', ...posted.asha },
    objective,
    epochs,
    max_trials: trialsOf(posted, parameters),
    max_epochs: posted.max_epochs ?? null,
    parallel: posted.parallel ?? null,
    seed: posted.seed ?? 0,
    device,
    priority,
    tags,
  };
  refuse(contradictions(posted, settings));
  return { projectId, name, datasetId, modelId, body, settings };
}

/** The model is copied, so that a deleted one does not stop the sweep; what it says of training goes before defaults. */
async function readBody(db: Database, projectId: string, posted: CreateSweep): Promise<SweepBody> {
  const { model_id, model, keras, training, init_from, freeze, unfreeze } = posted;
  const begin = { ...(init_from && { init_from }), ...(freeze && { freeze }), ...(unfreeze && { unfreeze }) };
  if (model !== undefined) {
    specSource(model, '/model');
    return { model, training: training ?? {}, ...begin };
  }
  const source = model_id ? storedSource(await db.models.get(projectId, model_id)) : kerasSource(keras, '/keras');
  return { model: source.spec, training: mergedTraining(source, training), ...begin };
}

/** Left out, the accuracy where there are classes, else the loss, of the validation split where there is one. */
async function objectiveOf(
  db: Database,
  projectId: string,
  { objective, dataset_id }: CreateSweep,
  { training }: NewJob,
): Promise<Required<SweepObjective>> {
  const { counts } = await db.datasets.content(projectId, dataset_id);
  const hasValidation = counts.validation.total > 0;
  const figures = ['loss', ...training.metrics.map(({ type }) => type)];
  const usual = figures.includes('accuracy') ? 'accuracy' : 'loss';
  const metric = objective?.metric ?? (hasValidation ? `val_${usual}` : usual);
  const pointer = '/objective/metric';
  if (!figures.includes(metric.replace(/^val_/, ''))) {
    const known = figures.join(', ');
    refuse([{ pointer, detail: `Expected one of ${known}, or one of them with val_ before it; received ${metric}.` }]);
  }
  if (metric.startsWith('val_') && !hasValidation) {
    refuse([{ pointer, detail: 'The data set has no validation images. Choose a figure without val_.' }]);
  }
  return { metric, goal: objective?.goal ?? (directionOf(metric) === 'max' ? 'maximize' : 'minimize') };
}

function trialsOf({ strategy, max_trials, max_epochs }: CreateSweep, parameters: readonly Parameter[]): number {
  if (strategy !== 'grid') return max_trials ?? (max_epochs === undefined ? TRIALS : TRIALS_MAX);
  refuseEndlessGrid(parameters);
  const size = gridSize(parameters, TRIALS_MAX + 1);
  if (size > TRIALS_MAX && max_trials === undefined) {
    const detail = `The grid has more than ${TRIALS_MAX} combinations. Give max_trials for the first ones, or another strategy.`;
    refuse([{ pointer: '/space', detail }]);
  }
  return Math.min(size, max_trials ?? TRIALS_MAX);
}

function contradictions({ asha, space }: CreateSweep, settings: SweepSettings): FieldError[] {
  const { strategy, epochs, max_epochs } = settings;
  const errors: FieldError[] = [];
  if (strategy !== 'asha' && asha !== undefined) {
    errors.push({ pointer: '/asha', detail: `It is for the strategy "asha"; this one is "${strategy}".` });
  }
  if (strategy === 'asha' && settings.asha.min_epochs >= epochs) {
    const detail = `Expected less than the ${epochs} epochs of the training; received ${settings.asha.min_epochs}.`;
    errors.push({ pointer: '/asha/min_epochs', detail });
  }
  if (strategy === 'asha' && Object.hasOwn(space, '/training/epochs')) {
    const detail = 'ASHA compares trials of equal epochs. Leave it out, or choose another strategy.';
    errors.push({ pointer: '/space/~1training~1epochs', detail });
  }
  if (max_epochs !== null && max_epochs < epochs) {
    errors.push({ pointer: '/max_epochs', detail: `Expected at least the ${epochs} epochs of one trial.` });
  }
  return errors;
}

function refuse(errors: FieldError[]): void {
  if (errors.length === 0) return;
  throw new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
}
