/** Argument schemas that several layers share. */
import { type TSchema, Type } from 'typebox';
import { ACTIVATIONS, type Activation, type ActivationName } from '../activations/activation.js';
import { INITIALIZERS, type Initializer, type InitializerName } from '../initializers/initializer.js';

/** Largest side of a kernel, stride or pool that is taken. */
const MAX_SIDE = 1024;

const Side = Type.Integer({ minimum: 1, maximum: MAX_SIDE });

/** One number for both axes, or [height, width]. */
export const Pair = (options: Record<string, unknown> = {}) =>
  Type.Unsafe<number | [number, number]>({
    anyOf: [Side, Type.Array(Side, { minItems: 2, maxItems: 2 })],
    description: 'one number for both, or [height, width]',
    ...options,
  });

export type PairArgument = number | readonly [number, number];

export function toPair(value: PairArgument): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}

export const Padding = Type.Unsafe<'valid' | 'same'>({ type: 'string', enum: ['valid', 'same'], default: 'valid' });

/** A name, or an object with a `type` and arguments. */
const Named = <T>(known: Record<string, TSchema>, options: { default?: string }) =>
  Type.Unsafe<T>({ anyOf: [{ type: 'string', enum: Object.keys(known) }, ...Object.values(known)], ...options });

/** An activation; required where no default is given. */
export const ActivationArgument = (options: { default?: ActivationName } = {}) =>
  Named<ActivationName | Activation>(ACTIVATIONS, options);

export const InitializerArgument = (byDefault: InitializerName) =>
  Named<InitializerName | Initializer>(INITIALIZERS, { default: byDefault });

export function toActivation(value: ActivationName | Activation): Activation {
  return typeof value === 'string' ? { type: value } : value;
}

export function toInitializer(value: InitializerName | Initializer): Initializer {
  return typeof value === 'string' ? { type: value } : value;
}

export const LayerName = Type.Optional(
  Type.String({ pattern: '^[A-Za-z0-9_.-]{1,256}$', description: 'unique in the model; not "input"' }),
);
