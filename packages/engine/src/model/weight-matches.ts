/** Which layers of a model can begin with the weights of another: those of the same name, whose weights have the same shapes. */
import type { Mismatch, WeightMatches } from '@trainyard/contracts';
import { sizeOf } from '../graph/tensor-type.js';
import type { Model, ModelParameter } from './model.js';

/** A layer is taken as a whole or not at all: Keras' `load_weights(by_name=True, skip_mismatch=True)`. */
export function matchWeights(model: Model, source: Model): WeightMatches {
  const wanted = byLayer(model);
  const given = byLayer(source);
  const found = [...wanted].map(([layer, parameters]) => ({
    layer,
    parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    mismatch: mismatchOf(parameters, given.get(layer)),
  }));
  return {
    matched: found.flatMap(({ layer, parameters, mismatch }) => (mismatch === null ? [{ layer, parameters }] : [])),
    unmatched: found.flatMap(({ layer, mismatch }) => (mismatch === null ? [] : [{ layer, ...mismatch }])),
    unused: [...given.keys()].filter((layer) => !wanted.has(layer)),
  };
}

/** The layers that have weights, in their order. */
function byLayer({ parameters }: Model): Map<string, ModelParameter[]> {
  const layers = new Map<string, ModelParameter[]>();
  for (const parameter of parameters) layers.set(parameter.layer, [...(layers.get(parameter.layer) ?? []), parameter]);
  return layers;
}

function mismatchOf(
  wanted: readonly ModelParameter[],
  given: readonly ModelParameter[] | undefined,
): { reason: Mismatch; detail: string } | null {
  if (!given) return { reason: 'not_in_checkpoint', detail: 'The checkpoint has no layer of this name.' };
  const names = (parameters: readonly ModelParameter[]) => parameters.map(({ name }) => name).sort();
  if (names(wanted).join() !== names(given).join()) {
    const detail = `Here it has ${names(wanted).join(', ')}; in the checkpoint ${names(given).join(', ')}.`;
    return { reason: 'other_weights', detail };
  }
  for (const { name, shape } of wanted) {
    const other = given.find((parameter) => parameter.name === name)?.shape ?? [];
    if (shape.join() === other.join()) continue;
    const detail = `Here ${name} has the shape [${shape.join(', ')}]; in the checkpoint [${other.join(', ')}].`;
    return { reason: 'other_shape', detail };
  }
  return null;
}
