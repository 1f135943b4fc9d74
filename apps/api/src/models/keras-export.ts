/** A stored model as Keras would write it. */
import { type KerasFormat, type Model, TrainyardError } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import { type DataShape, dataShapeOf, exportKeras, type ModelSpec } from '@trainyard/engine';
import { buildForDataset } from './build-source.js';
import { normalizationOf } from './check-training.js';
import { takesClasses, takesStatistics } from './left-to-data.js';
import { atPlace, storedSource, wholePlace } from './model-source.js';

/**
 * Throws `invalid_request` where something is left to a data set and none is given, and `invalid_spec` where the data set
 * does not fit, or where Keras' JSON cannot hold the model.
 */
export function toKeras(stored: Model, format: KerasFormat, dataset: DatasetContent | undefined): unknown {
  const { spec } = storedSource(stored);
  const data = dataset === undefined ? ownData(spec) : fittingData(stored, dataset);
  const preface = `The model ${stored.id} cannot be written for Keras. `;
  return atPlace(wholePlace('/format', preface), () => exportKeras(spec, data, format));
}

function fittingData(stored: Model, dataset: DatasetContent): DataShape {
  const source = storedSource(stored, '/dataset_id');
  const normalization = normalizationOf(source, stored.training_defaults ?? {});
  buildForDataset(source, dataset, normalization);
  return dataShapeOf(dataset, normalization);
}

/** Of a model that leaves nothing open; its classes are never asked for. */
function ownData(spec: ModelSpec): DataShape {
  const open = [
    ...(spec.input === undefined ? ['the size of its images'] : []),
    ...(takesClasses(spec) ? ['its number of outputs'] : []),
    ...(takesStatistics(spec) ? ['the mean and variance of its pixels'] : []),
  ];
  if (spec.input !== undefined && open.length === 0) return { image: spec.input, classes: 1 };
  const detail = `The model leaves ${open.join(' and ')} to a data set. Name one as the query's dataset_id.`;
  throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/dataset_id', detail }] });
}
