/**
 * Numbers of mean 0 whose variance is scale / n, where n is the fan in, the fan out or their mean; and the named cases of
 * it: Glorot and Bengio (2010), 1 / mean; He et al. (2015), 2 / in; LeCun et al. (1998), 1 / in.
 */
import { type TObject, Type } from 'typebox';
import { Arguments, draw, type Fan, type InitializerDefinition, type Sampler, Seed } from './definition.js';
import { normal, TRUNCATED_DEVIATION, truncatedNormal, uniform } from './distributions.js';

const MODES = ['fan_in', 'fan_out', 'fan_avg'] as const;
type Mode = (typeof MODES)[number];

const DISTRIBUTIONS = ['truncated_normal', 'untruncated_normal', 'uniform'] as const;
type Distribution = (typeof DISTRIBUTIONS)[number];

const VarianceScalingArguments = Arguments('variance_scaling', {
  scale: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e6, default: 1 })),
  mode: Type.Optional(Type.Unsafe<Mode>({ type: 'string', enum: [...MODES], default: 'fan_in' })),
  distribution: Type.Optional(
    Type.Unsafe<Distribution>({ type: 'string', enum: [...DISTRIBUTIONS], default: 'truncated_normal' }),
  ),
  seed: Seed,
});

export const varianceScaling: InitializerDefinition<typeof VarianceScalingArguments> = {
  arguments: VarianceScalingArguments,
  values: ({ scale = 1, mode = 'fan_in', distribution = 'truncated_normal' }, place) =>
    draw(samplerOf(distribution, scale / fanOf(mode, place.fan)), place),
};

export const glorotUniform = named('glorot_uniform', 1, 'fan_avg', 'uniform');
export const glorotNormal = named('glorot_normal', 1, 'fan_avg', 'truncated_normal');
export const heUniform = named('he_uniform', 2, 'fan_in', 'uniform');
export const heNormal = named('he_normal', 2, 'fan_in', 'truncated_normal');
export const lecunUniform = named('lecun_uniform', 1, 'fan_in', 'uniform');
export const lecunNormal = named('lecun_normal', 1, 'fan_in', 'truncated_normal');

function named<const T extends string>(type: T, scale: number, mode: Mode, distribution: Distribution) {
  const schema = Arguments(type, { seed: Seed });
  return {
    arguments: schema,
    values: (_initializer, place) => draw(samplerOf(distribution, scale / fanOf(mode, place.fan)), place),
  } satisfies InitializerDefinition<TObject>;
}

function fanOf(mode: Mode, fan: Fan): number {
  switch (mode) {
    case 'fan_in':
      return fan.in;
    case 'fan_out':
      return fan.out;
    case 'fan_avg':
      return (fan.in + fan.out) / 2;
  }
}

/** A cut-off normal variable is widened, so that its variance is the one asked for; Keras does the same. */
function samplerOf(distribution: Distribution, variance: number): Sampler {
  const deviation = Math.sqrt(variance);
  switch (distribution) {
    case 'truncated_normal':
      return truncatedNormal(0, deviation / TRUNCATED_DEVIATION);
    case 'untruncated_normal':
      return normal(0, deviation);
    case 'uniform': {
      const limit = Math.sqrt(3 * variance);
      return uniform(-limit, limit);
    }
  }
}
