/** Numbers between two bounds, each as likely as any other. */
import { Type } from 'typebox';
import { Arguments, draw, type InitializerDefinition, Seed } from './definition.js';
import { uniform } from './distributions.js';

const RandomUniformArguments = Arguments('random_uniform', {
  minval: Type.Optional(Type.Number({ default: -0.05 })),
  maxval: Type.Optional(Type.Number({ default: 0.05 })),
  seed: Seed,
});

export const randomUniform: InitializerDefinition<typeof RandomUniformArguments> = {
  arguments: RandomUniformArguments,
  values: ({ minval = -0.05, maxval = 0.05 }, place) => draw(uniform(minval, maxval), place),
};
