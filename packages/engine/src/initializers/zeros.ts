/** All zeros. */
import { Arguments, draw, type InitializerDefinition } from './definition.js';

const ZerosArguments = Arguments('zeros', {});

export const zeros: InitializerDefinition<typeof ZerosArguments> = {
  arguments: ZerosArguments,
  values: (_initializer, place) => draw(() => 0, place),
};
