/** Initial values of weights. Each initialiser is a function of a seed and the weight's place in the model. */
import type { Static, TSchema } from 'typebox';
import type { Shape } from '../graph/tensor-type.js';
import { STREAM, streamKey } from '../random/counter.js';
import { constant } from './constant.js';
import type { Fan, InitializerDefinition, Values } from './definition.js';
import { ones } from './ones.js';
import { orthogonal } from './orthogonal.js';
import { randomNormal } from './random-normal.js';
import { randomUniform } from './random-uniform.js';
import { truncatedNormal } from './truncated-normal.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.js';
import { zeros } from './zeros.js';

export type { Fan } from './definition.js';

const definitions = {
  zeros,
  ones,
  constant,
  random_normal: randomNormal,
  random_uniform: randomUniform,
  truncated_normal: truncatedNormal,
  glorot_uniform: glorotUniform,
  glorot_normal: glorotNormal,
  he_uniform: heUniform,
  he_normal: heNormal,
  lecun_uniform: lecunUniform,
  lecun_normal: lecunNormal,
  variance_scaling: varianceScaling,
  orthogonal,
} as const;

type Definitions = typeof definitions;
export type InitializerName = keyof Definitions;
export type Initializer = { [N in InitializerName]: Static<Definitions[N]['arguments']> }[InitializerName];

/** The arguments of every initialiser, by Keras' names. */
export const INITIALIZERS = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]): [string, TSchema] => [name, definition.arguments]),
) as Readonly<Record<InitializerName, TSchema>>;

/**
 * Values of one weight tensor.
 *
 * @param seed the job's seed, unless the initialiser has its own
 * @param place the weight's place in the model: two weights of one seed differ
 */
export function initialValues(initializer: Initializer, shape: Shape, fan: Fan, seed: number, place: number): Values {
  const key = streamKey(('seed' in initializer ? initializer.seed : undefined) ?? seed, STREAM.initializer, place);
  const definition: InitializerDefinition = definitions[initializer.type];
  return definition.values(initializer, { shape, fan, key });
}
