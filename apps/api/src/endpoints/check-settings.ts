/** What a body says of an endpoint's labels, thresholds and answers, held against the outputs of its model. */
import { type EndpointSettings, type FieldError, outputNames, TrainyardError } from '@trainyard/contracts';
import type { TrainedModel } from '@trainyard/db';
import { predictionTask } from './prediction-task.js';

/** Throws `invalid_request` with a pointer to each setting that does not fit the model. */
export function checkSettings(model: TrainedModel, settings: Partial<EndpointSettings>): void {
  const errors = [...labelErrors(model, settings), ...thresholdErrors(model, settings), ...topKErrors(model, settings)];
  if (errors.length === 0) return;
  throw new TrainyardError('invalid_request', 'Correct the body as "errors" says and send it again.', { errors });
}

function labelErrors({ dataset }: TrainedModel, { labels }: Partial<EndpointSettings>): FieldError[] {
  if (labels === undefined || labels === null) return [];
  const names = outputNames(dataset);
  const given = new Map(Object.entries(labels));
  const errors = unknownNames('/labels', [...given.keys()], names);
  const shown = names.map((name) => given.get(name) ?? name);
  const twice = shown.find((name, index) => shown.indexOf(name) !== index);
  if (twice !== undefined) {
    const detail = `Expected different names; two classes would be called ${JSON.stringify(twice)}.`;
    errors.push({ pointer: '/labels', detail });
  }
  return errors;
}

function thresholdErrors(model: TrainedModel, { thresholds }: Partial<EndpointSettings>): FieldError[] {
  if (thresholds === undefined || thresholds === null) return [];
  const task = predictionTask(model);
  if (task !== 'multilabel' && task !== 'binary') {
    const detail = `Expected a model of the task multilabel or binary; this endpoint's is ${task}.`;
    return [{ pointer: '/thresholds', detail }];
  }
  if (typeof thresholds === 'number') return [];
  const given = Object.keys(thresholds);
  const errors = unknownNames('/thresholds', given, outputNames(model.dataset));
  if (task === 'binary' && given.length !== 1) {
    const detail = `Expected the threshold of one of the two classes; received ${given.length}.`;
    errors.push({ pointer: '/thresholds', detail });
  }
  return errors;
}

function topKErrors({ dataset }: TrainedModel, { top_k }: Partial<EndpointSettings>): FieldError[] {
  if (top_k === undefined || top_k === null || dataset.task !== 'regression') return [];
  return [{ pointer: '/top_k', detail: 'Expected a model of classes or labels; this one gives numbers.' }];
}

const NAMES_SHOWN = 10;

function unknownNames(pointer: string, given: readonly string[], names: readonly string[]): FieldError[] {
  const known = new Set(names);
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const list = names.length > NAMES_SHOWN ? `${shown}, … (${names.length} in all)` : shown;
  return given
    .filter((name) => !known.has(name))
    .slice(0, NAMES_SHOWN)
    .map((name) => ({
      pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: `The model has no such class or label. It has ${list}.`,
    }));
}
