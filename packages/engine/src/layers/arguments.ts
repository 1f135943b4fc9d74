/** Argument schemas that several layers share. */
import { type TSchema, Type } from 'typebox';
import { ACTIVATIONS, type Activation, type ActivationName } from '../activations/activation.js';
import { CONSTRAINTS, type Constraint, type ConstraintName } from '../constraints/constraint.js';
import { INITIALIZERS, type Initializer, type InitializerName } from '../initializers/initializer.js';
import { REGULARIZERS, type Regularizer, type RegularizerName } from '../regularizers/regularizer.js';

/** Largest side of a kernel, stride or pool that is taken. */
const MAX_SIDE = 1024;

/** One number for both axes, or [height, width]. */
export const Pair = ({
  minimum = 1,
  ...options
}: {
  minimum?: number;
  default?: number;
  description?: string;
} = {}) => {
  const side = Type.Integer({ minimum, maximum: MAX_SIDE });
  return Type.Unsafe<number | [number, number]>({
    anyOf: [side, Type.Array(side, { minItems: 2, maxItems: 2 })],
    description: 'one number for both, or [height, width]',
    ...options,
  });
};

export type PairArgument = number | readonly [number, number];

export function toPair(value: PairArgument): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}

/** Pixels at the edges of an image: one number for all, or [height, width], each one number or [before, after]. */
export const Edges = (byDefault: number) => {
  const count = Type.Integer({ minimum: 0, maximum: MAX_SIDE });
  const axis = { anyOf: [count, Type.Array(count, { minItems: 2, maxItems: 2 })] };
  return Type.Unsafe<EdgesArgument>({
    anyOf: [count, { type: 'array', items: axis, minItems: 2, maxItems: 2 }],
    description: 'one number, [height, width], or [[top, bottom], [left, right]]',
    default: byDefault,
  });
};

export type EdgesArgument = number | readonly [number | readonly [number, number], number | readonly [number, number]];

/** Top, left, bottom and right. */
export function toEdges(value: EdgesArgument): { top: number; left: number; bottom: number; right: number } {
  const [height, width] = typeof value === 'number' ? [value, value] : value;
  const [top, bottom] = toPair(height);
  const [left, right] = toPair(width);
  return { top, left, bottom, right };
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

/** A penalty on a weight's size; none where left out. */
export const RegularizerArgument = () => Type.Optional(Named<RegularizerName | Regularizer>(REGULARIZERS, {}));

/** A bound that a weight is brought back to after every step; none where left out. */
export const ConstraintArgument = () => Type.Optional(Named<ConstraintName | Constraint>(CONSTRAINTS, {}));

export function toActivation(value: ActivationName | Activation): Activation {
  return typeof value === 'string' ? { type: value } : value;
}

export function toInitializer(value: InitializerName | Initializer): Initializer {
  return typeof value === 'string' ? { type: value } : value;
}

export function toRegularizer(value: RegularizerName | Regularizer | undefined): Regularizer | null {
  return typeof value === 'string' ? { type: value } : (value ?? null);
}

export function toConstraint(value: ConstraintName | Constraint | undefined): Constraint | null {
  return typeof value === 'string' ? { type: value } : (value ?? null);
}

export const LayerName = Type.Optional(
  Type.String({ pattern: '^[A-Za-z0-9_.-]{1,256}$', description: 'unique in the model; not "input"' }),
);
