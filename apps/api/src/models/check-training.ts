/** Fills in a posted training for a model that was built, and refuses one that does not fit it. */
import {
  type FieldError,
  type Normalization,
  resolveTraining,
  type Training,
  type TrainingDefaults,
  type TrainingOptions,
  TrainyardError,
} from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import {
  defaultLoss,
  defaultMetrics,
  defaultNormalization,
  layerRateMismatches,
  type Model,
  possibleHeads,
  trainingMismatches,
} from '@trainyard/engine';
import type { ModelSource } from './model-source.js';

/** What was posted, over what came with the model, field by field. */
export function mergedTraining({ training }: ModelSource, posted: TrainingOptions = {}): TrainingOptions {
  return { ...training, ...posted };
}

/** A model that scales its pixels itself gets them as they are, unless the training says otherwise. */
export function normalizationOf({ spec }: ModelSource, training: TrainingOptions): Normalization {
  return training.normalization ?? defaultNormalization(spec);
}

export interface TrainingContext {
  source: ModelSource;
  /** Null where it cannot be built yet; then only the training itself is checked. */
  model: Model | null;
  dataset?: DatasetContent | undefined;
}

/**
 * The training with every default. Throws `invalid_request` for what contradicts itself, and for a loss, metrics, class
 * weights or label smoothing that do not fit the model, with the remedy.
 */
export function checkTraining(
  posted: TrainingOptions | undefined,
  { source, model, dataset }: TrainingContext,
): Training {
  const options = mergedTraining(source, posted);
  const resolve = (defaults: TrainingDefaults = {}) =>
    resolveTraining(options, {
      ...(dataset ? dataDefaults(dataset) : assumedClasses(options)),
      ...defaults,
      normalization: normalizationOf(source, options),
    });
  if (model === null) return resolve();
  // Without data the end of a model is a guess, and the training says more: a linear end may be a hinge loss's.
  const heads = dataset ? [model.head] : possibleHeads(model.head);
  const tried = heads.map((head) => {
    const { channels } = model.image;
    const training = resolve({ loss: defaultLoss(head), metrics: defaultMetrics(head), channels });
    const rates = layerRateMismatches(model, training.layer_learning_rates);
    return { training, mismatches: [...trainingMismatches(head, training), ...rates] };
  });
  const [{ training, mismatches }] = [...tried.filter((each) => each.mismatches.length === 0), ...tried];
  if (mismatches.length === 0) return training;
  const errors = mismatches.map((error) => placed(error, posted, source));
  throw new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
}

/** A regression has no classes to weigh. */
function dataDefaults({ task, classes, counts: { train } }: DatasetContent): TrainingDefaults {
  if (task === 'regression') return { trainImages: train.total };
  return {
    trainImages: train.total,
    classNames: classes,
    classCounts: classes.map((name) => train.classes[name] ?? 0),
  };
}

/** Without a data set the classes that have weights are taken to be there. */
function assumedClasses({ class_weights }: TrainingOptions): TrainingDefaults {
  const classNames = typeof class_weights === 'object' && class_weights !== null ? Object.keys(class_weights) : [];
  return { classNames, classCounts: classNames.map(() => 1) };
}

/** What came with the model was not posted in `training`, so the error points to the model, and names both. */
function placed(
  { pointer, detail }: FieldError,
  posted: TrainingOptions = {},
  { training, place }: ModelSource,
): FieldError {
  const [, field] = pointer.split('/');
  if (Object.hasOwn(posted, field) || !Object.hasOwn(training ?? {}, field)) {
    return { pointer: `/training${pointer}`, detail };
  }
  return {
    pointer: place.pointer,
    detail: `The ${field} that the Keras document was compiled with does not fit: ${detail}. Or give another as training.${field}, which goes before it.`,
  };
}

/** Throws `batch_too_large`. */
export function refuseLargeBatch({ batch_size }: Training, { counts }: DatasetContent): void {
  const images = counts.train.total;
  if (batch_size <= images) return;
  const detail = `Expected at most ${images}, the images of the train split; received ${batch_size}.`;
  const errors = [{ pointer: '/training/batch_size', detail }];
  throw new TrainyardError('batch_too_large', `Choose a batch_size of at most ${images}.`, { errors });
}
