/** Builds a model as far as is known what it is for. */
import { type Normalization, TrainyardError } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import { buildModel, type DataShape, dataShapeOf, type Model } from '@trainyard/engine';
import { takesClasses, takesStatistics } from './left-to-data.js';
import { atPlace, type ModelSource } from './model-source.js';

export interface BuiltSource {
  readonly model: Model;
  /** What it was built for; null where the number of outputs is left to a data set, so that its figures are not known. */
  readonly data: DataShape | null;
}

/** Stands for the number of classes where that is left to a data set. */
const SOME_CLASSES = 2;

/** Throws `invalid_spec` with pointers into the request, and `invalid_request` for a normalization that does not fit. */
export function buildForDataset(source: ModelSource, dataset: DatasetContent, normalization: Normalization) {
  refuseForeignStatistics(source, dataset, normalization);
  const data = dataShapeOf(dataset, normalization);
  return { model: atPlace(source.place, () => buildModel(source.spec, data)), data };
}

/**
 * Builds a model for no data set in particular: its end decides what it is for. Null where the size of its images is
 * left to a data set. Throws `invalid_spec` with pointers into the request.
 */
export function buildForAnyData({ spec, place }: ModelSource): BuiltSource | null {
  const { input: image } = spec;
  if (image === undefined) return null;
  // No figure of a summary depends on the statistics of the pixels.
  const pixels = { mean: Array(image.channels).fill(0), std: Array(image.channels).fill(1) };
  const model = atPlace(place, () => buildModel(spec, { image, classes: SOME_CLASSES, pixels }));
  if (takesClasses(spec)) return { model, data: null };
  const { task, units } = model.head;
  return { model, data: { image, classes: task === 'binary' ? 2 : units, pixels } };
}

/** The statistics of a data set are per channel: they say nothing of a model that sees other channels. */
function refuseForeignStatistics(
  { spec, place }: ModelSource,
  { image }: DatasetContent,
  normalization: Normalization,
): void {
  if (spec.input === undefined || spec.input.channels === image.channels) return;
  const needed = `needs a model with the ${image.channels} channels of the data set; it has ${spec.input.channels}.`;
  if (normalization === 'standardize') {
    const detail = `"standardize" ${needed}`;
    const errors = [{ pointer: '/training/normalization', detail }];
    throw new TrainyardError('invalid_request', `${detail} Use "unit" or "symmetric".`, { errors });
  }
  if (takesStatistics(spec)) {
    const detail = `A normalization layer without mean and variance ${needed} Give it both, or leave the layer out.`;
    throw new TrainyardError('invalid_spec', detail, { errors: [{ pointer: place.pointer, detail }] });
  }
}
