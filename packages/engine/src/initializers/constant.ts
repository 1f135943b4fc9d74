/** The same number everywhere. */
import { Type } from 'typebox';
import { Arguments, draw, type InitializerDefinition } from './definition.js';

const ConstantArguments = Arguments('constant', { value: Type.Optional(Type.Number({ default: 0 })) });

export const constant: InitializerDefinition<typeof ConstantArguments> = {
  arguments: ConstantArguments,
  values: ({ value = 0 }, place) => draw(() => value, place),
};
