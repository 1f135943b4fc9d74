/** What a training begins with: weights of its seed, and those of another training's checkpoint in the layers that match. */
import { type TrainingTask, TrainyardError } from '@trainyard/contracts';
import { initialParameters, type Model, parameterName, servedParameters } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readBackboneWeights } from './backbone-weights.js';
import { readCheckpoint } from './checkpoint-file.js';

type Weights = Map<string, Float32Array>;

/** Throws `checkpoint_corrupt` where the other training's checkpoint is gone or is not what it was. */
export async function initialWeights(
  store: ObjectStore,
  model: Model,
  { training, transfer }: Pick<TrainingTask, 'training' | 'transfer'>,
): Promise<Weights> {
  const weights: Weights = initialParameters(model, training.seed);
  for (const [name, values] of await readBackboneWeights(store, model)) weights.set(name, values);
  if (!transfer?.source) return weights;
  const { source } = transfer;
  const given = await readSource(store, source);
  const matched = new Set(source.matches.matched.map(({ layer }) => layer));
  for (const parameter of model.parameters) {
    if (!matched.has(parameter.layer)) continue;
    const name = parameterName(parameter);
    const value = given.get(name);
    if (value?.length !== weights.get(name)?.length || !value) throw unusable(source.checkpoint_id, `it lacks ${name}`);
    weights.set(name, value);
  }
  return weights;
}

type Source = NonNullable<NonNullable<TrainingTask['transfer']>['source']>;

/** The weights that it is served and exported with: the averaged ones where it has such. */
async function readSource(store: ObjectStore, { checkpoint_id: id, file }: Source): Promise<Weights> {
  if (file === null) throw unusable(id, 'it was deleted');
  try {
    const { tensors } = await readCheckpoint(store, file);
    return new Map([...servedParameters(tensors)].map(([name, { data }]) => [name, data]));
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'checkpoint_corrupt') throw error;
    throw unusable(id, 'its file is gone, or is not what was written', error);
  }
}

function unusable(id: string, why: string, cause?: Error): TrainyardError {
  const detail = `The checkpoint ${id} that this job begins from cannot be used: ${why}. Give another as init_from.`;
  return new TrainyardError('checkpoint_corrupt', detail, { cause });
}
