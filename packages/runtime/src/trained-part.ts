/**
 * What a phase of a training really trains: the whole model on images, or, behind a frozen backbone whose images never change,
 * only what follows it, on features that were computed once.
 */
import type { ExecutionPlan, TrainingTask } from '@trainyard/contracts';
import type { PackedDataset } from '@trainyard/datasets';
import {
  frozenPrefix,
  type Model,
  modelAfter,
  type Preprocessing,
  parameterName,
  parametersUpTo,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { openFrozenFeatures } from './frozen-features.js';
import type { CarriedTensor } from './train-state.js';
import type { TrainingData } from './training-data.js';

export interface TrainedPart {
  readonly model: Model;
  readonly data: TrainingData;
  /** Weights of the model that the part lacks; its checkpoints hold them as well. */
  readonly carried: readonly CarriedTensor[];
  /** Whether it is less than the model. */
  readonly isPart: boolean;
  close(): Promise<void>;
}

/** The model that is trained where features take the place of images; null where they cannot. */
export function partBehindBackbone(
  model: Model,
  { augmentation }: Pick<TrainingTask['training'], 'augmentation'>,
): { place: number; model: Model } | null {
  const place = augmentation === null ? frozenPrefix(model) : null;
  return place === null ? null : { place, model: modelAfter(model, place) };
}

/** The weights up to the last frozen layer, which the part behind it lacks. */
export function partCarries(model: Model, place: number): CarriedTensor[] {
  return parametersUpTo(model, place).map((parameter) => ({ name: parameterName(parameter), shape: parameter.shape }));
}

export async function openTrainedPart(options: {
  store: ObjectStore;
  task: Pick<TrainingTask, 'training' | 'dataset'>;
  model: Model;
  data: PackedDataset;
  /** What the phase begins with. */
  tensors: ReadonlyMap<string, Float32Array>;
  preprocessing: Preprocessing;
  plan: ExecutionPlan;
  signal: AbortSignal;
  log: (message: string) => Promise<void>;
}): Promise<TrainedPart> {
  const { task, model, data, tensors, log } = options;
  const whole: TrainedPart = { model, data, carried: [], isPart: false, close: async () => {} };
  const part = partBehindBackbone(model, task.training);
  if (!part) return whole;
  const startedAt = performance.now();
  let computed = 0;
  const features = await openFrozenFeatures({
    ...options,
    place: part.place,
    parameters: tensors,
    dataset: task.dataset,
    onCompute: async (images) => {
      computed = images;
      await log(
        `The frozen backbone is run once for each of ${images} images; what follows it trains on its features.`,
      );
    },
  });
  if (!features) {
    await log('The features of the frozen backbone would take too much room: it is run in each step instead.');
    return whole;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  await log(
    computed > 0
      ? `The features of ${computed} images were computed in ${seconds} s (${megabytes(features.bytes)} MB) and kept.`
      : `The features of the frozen backbone were there from another job (${megabytes(features.bytes)} MB).`,
  );
  const carried = partCarries(model, part.place);
  return { model: part.model, data: features, carried, isPart: true, close: () => features.close() };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
