/** Initial values of weights. Each initialiser is a function of a seed and the weight's place in the model. */
import { type Static, Type } from 'typebox';
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import { STREAM, type StreamKey, streamKey, uniformAt } from '../random/counter.js';

const Seed = Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff }));

/** Keras' names and arguments. */
export const INITIALIZERS = {
  zeros: Type.Object({ type: Type.Literal('zeros') }, { additionalProperties: false }),
  ones: Type.Object({ type: Type.Literal('ones') }, { additionalProperties: false }),
  constant: Type.Object(
    { type: Type.Literal('constant'), value: Type.Optional(Type.Number({ default: 0 })) },
    { additionalProperties: false },
  ),
  random_normal: Type.Object(
    {
      type: Type.Literal('random_normal'),
      mean: Type.Optional(Type.Number({ default: 0 })),
      stddev: Type.Optional(Type.Number({ minimum: 0, default: 0.05 })),
      seed: Seed,
    },
    { additionalProperties: false },
  ),
  random_uniform: Type.Object(
    {
      type: Type.Literal('random_uniform'),
      minval: Type.Optional(Type.Number({ default: -0.05 })),
      maxval: Type.Optional(Type.Number({ default: 0.05 })),
      seed: Seed,
    },
    { additionalProperties: false },
  ),
  glorot_uniform: Type.Object({ type: Type.Literal('glorot_uniform'), seed: Seed }, { additionalProperties: false }),
  glorot_normal: Type.Object({ type: Type.Literal('glorot_normal'), seed: Seed }, { additionalProperties: false }),
  he_uniform: Type.Object({ type: Type.Literal('he_uniform'), seed: Seed }, { additionalProperties: false }),
  he_normal: Type.Object({ type: Type.Literal('he_normal'), seed: Seed }, { additionalProperties: false }),
} as const;

export type InitializerName = keyof typeof INITIALIZERS;
export type Initializer = { [N in InitializerName]: Static<(typeof INITIALIZERS)[N]> }[InitializerName];

/** Numbers of connections into and out of one unit, which the scaled initialisers depend on. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/**
 * Values of one weight tensor.
 *
 * @param seed the job's seed, unless the initialiser has its own
 * @param place the weight's place in the model: two weights of one seed differ
 */
export function initialValues(
  initializer: Initializer,
  shape: Shape,
  fan: Fan,
  seed: number,
  place: number,
): Float32Array<ArrayBuffer> {
  const key = streamKey(('seed' in initializer ? initializer.seed : undefined) ?? seed, STREAM.initializer, place);
  const draw = sampler(initializer, fan);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => draw(key, i));
}

type Sampler = (key: StreamKey, index: number) => number;

/** Glorot and Bengio (2010): variance 2 / (in + out). He et al. (2015): variance 2 / in. */
function sampler(initializer: Initializer, fan: Fan): Sampler {
  switch (initializer.type) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'constant':
      return () => initializer.value ?? 0;
    case 'random_normal':
      return normal(initializer.mean ?? 0, initializer.stddev ?? 0.05);
    case 'random_uniform':
      return uniform(initializer.minval ?? -0.05, initializer.maxval ?? 0.05);
    case 'glorot_uniform':
      return uniformOfVariance(2 / (fan.in + fan.out));
    case 'glorot_normal':
      return truncatedNormalOfVariance(2 / (fan.in + fan.out));
    case 'he_uniform':
      return uniformOfVariance(2 / fan.in);
    case 'he_normal':
      return truncatedNormalOfVariance(2 / fan.in);
  }
}

function uniform(low: number, high: number): Sampler {
  return (key, index) => low + (high - low) * uniformAt(key, index);
}

function uniformOfVariance(variance: number): Sampler {
  const limit = Math.sqrt(3 * variance);
  return uniform(-limit, limit);
}

/** Box and Muller's transform: two uniform numbers for each normal one. */
function normal(mean: number, deviation: number): Sampler {
  return (key, index) => mean + deviation * standardNormal(key, 2 * index);
}

function standardNormal(key: StreamKey, index: number): number {
  return Math.sqrt(-2 * Math.log(uniformAt(key, index))) * Math.cos(2 * Math.PI * uniformAt(key, index + 1));
}

/** Deviation of a standard normal variable cut off at ±2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;
const MAX_DRAWS = 64;

/** As Keras has it: a normal variable cut off at two deviations, widened so that its variance is the one asked for. */
function truncatedNormalOfVariance(variance: number): Sampler {
  const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
  return (key, index) => {
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const value = standardNormal(streamKey(key.first, key.second, index, draw), 0);
      if (Math.abs(value) <= 2) return deviation * value;
    }
    return 0;
  };
}
