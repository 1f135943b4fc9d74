/** The rule of a layer that is called and set as in Keras: most that are added need no rule of their own. */
import { layers as ourLayers } from '../../layers/index.js';
import type { LayerDefinition } from '../../layers/layer.js';
import { argumentSchemas, type LayerSpec } from '../../spec/schema.js';
import { classNameOf } from '../class-names.js';
import { type Argument, activation, constraint, copy, initializer, type LayerRule, regularizer } from './rule.js';

/** Undefined where no layer of ours has the class's name. */
export function derivedRule(className: string): LayerRule | undefined {
  const type = Object.keys(ourLayers)
    .filter(isType)
    .find((each) => classNameOf(each) === className);
  if (type === undefined) return undefined;
  const keys = Object.keys(argumentSchemas(type));
  const definition: LayerDefinition = ourLayers[type];
  return {
    type,
    ...(keys.some((key) => key.endsWith('_initializer')) ? { hasWeights: true } : {}),
    ...(definition.inputs === 'several' ? { merges: true } : {}),
    arguments: Object.fromEntries(keys.map((key) => [key, argumentOf(key)])),
  };
}

function isType(type: string): type is LayerSpec['type'] {
  return Object.hasOwn(ourLayers, type);
}

function argumentOf(key: string): Argument {
  if (key === 'activation') return activation;
  if (key.endsWith('_initializer')) return initializer(key);
  if (key.endsWith('_regularizer')) return regularizer(key);
  if (key.endsWith('_constraint')) return constraint(key);
  return copy(key);
}
