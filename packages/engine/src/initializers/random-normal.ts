/** Normal numbers of a given mean and deviation. */
import { Type } from 'typebox';
import { Arguments, draw, type InitializerDefinition, Seed } from './definition.js';
import { normal } from './distributions.js';

const RandomNormalArguments = Arguments('random_normal', {
  mean: Type.Optional(Type.Number({ default: 0 })),
  stddev: Type.Optional(Type.Number({ minimum: 0, default: 0.05 })),
  seed: Seed,
});

export const randomNormal: InitializerDefinition<typeof RandomNormalArguments> = {
  arguments: RandomNormalArguments,
  values: ({ mean = 0, stddev = 0.05 }, place) => draw(normal(mean, stddev), place),
};
