/** All ones. */
import { Arguments, draw, type InitializerDefinition } from './definition.js';

const OnesArguments = Arguments('ones', {});

export const ones: InitializerDefinition<typeof OnesArguments> = {
  arguments: OnesArguments,
  values: (_initializer, place) => draw(() => 1, place),
};
