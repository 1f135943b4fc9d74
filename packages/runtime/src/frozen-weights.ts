/** The proof that layers which are frozen did not move: a hash over the bytes of all their weights and running statistics. */
import { createHash } from 'node:crypto';
import { TrainyardError } from '@trainyard/contracts';
import { type Model, parameterName } from '@trainyard/engine';

type Tensors = ReadonlyMap<string, Float32Array>;

export interface FrozenWeights {
  readonly tensors: number;
  readonly parameters: number;
  /** `sha256:` and the hash. */
  readonly digest: string;
}

export function frozenWeights(model: Model, layers: readonly string[], values: Tensors): FrozenWeights {
  const hash = createHash('sha256');
  let tensors = 0;
  let parameters = 0;
  for (const parameter of model.parameters) {
    if (!layers.includes(parameter.layer)) continue;
    const name = parameterName(parameter);
    const value = values.get(name) ?? new Float32Array();
    hash.update(name).update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    tensors += 1;
    parameters += value.length;
  }
  return { tensors, parameters, digest: `sha256:${hash.digest('hex')}` };
}

/** Throws `internal` where a byte has changed: then the training was not the one that was asked for. */
export function refuseMoved(before: FrozenWeights, after: FrozenWeights): void {
  if (before.digest === after.digest) return;
  throw new TrainyardError('internal', 'Weights of frozen layers have changed. This is a fault of the trainer.');
}
