/** Normal numbers within two deviations of their mean; `stddev` is the deviation before they are cut off. */
import { Type } from 'typebox';
import { Arguments, draw, type InitializerDefinition, Seed } from './definition.js';
import { truncatedNormal as truncated } from './distributions.js';

const TruncatedNormalArguments = Arguments('truncated_normal', {
  mean: Type.Optional(Type.Number({ default: 0 })),
  stddev: Type.Optional(Type.Number({ minimum: 0, default: 0.05 })),
  seed: Seed,
});

export const truncatedNormal: InitializerDefinition<typeof TruncatedNormalArguments> = {
  arguments: TruncatedNormalArguments,
  values: ({ mean = 0, stddev = 0.05 }, place) => draw(truncated(mean, stddev), place),
};
