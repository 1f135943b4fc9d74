/** Builds a model as far as is known what it is for. */
import { type ModelSummary, type Normalization, TrainyardError } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import { buildModel, dataShapeOf, type Model, summarizeModel } from '@trainyard/engine';
import { takesClasses, takesStatistics } from './left-to-data.js';
import { atPlace, type ModelSource } from './model-source.js';

export interface BuiltSource {
  readonly model: Model;
  /** False where the number of outputs is left to a data set, so that the figures of the last layers are not known. */
  readonly isWhole: boolean;
}

/** Stands for the number of classes where that is left to a data set. */
const SOME_CLASSES = 2;
/** The batch of a summary that was asked for without one. */
const BATCH_SIZE = 32;

/** Throws `invalid_spec` with pointers into the request, and `invalid_request` for a normalization that does not fit. */
export function buildForDataset(source: ModelSource, dataset: DatasetContent, normalization: Normalization): Model {
  refuseForeignStatistics(source, dataset, normalization);
  return atPlace(source.place, () => buildModel(source.spec, dataShapeOf(dataset, normalization)));
}

/**
 * Builds a model for no data set in particular: its end decides what it is for. Null where the size of its images is
 * left to a data set. Throws `invalid_spec` with pointers into the request.
 */
export function buildForAnyData({ spec, place }: ModelSource): BuiltSource | null {
  const { input: image } = spec;
  if (image === undefined) return null;
  const pixels = { mean: Array(image.channels).fill(0), std: Array(image.channels).fill(1) };
  const model = atPlace(place, () => buildModel(spec, { image, classes: SOME_CLASSES, pixels }));
  if (takesClasses(spec)) return { model, isWhole: false };
  const { task, units } = model.head;
  return { model: { ...model, classes: task === 'binary' ? 2 : units }, isWhole: true };
}

/** Null while the figures are not known. */
export function summaryOf(built: BuiltSource | null, batchSize = BATCH_SIZE): ModelSummary | null {
  return built?.isWhole ? summarizeModel(built.model, batchSize) : null;
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
