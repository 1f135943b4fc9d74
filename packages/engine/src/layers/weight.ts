/** A weight of a layer, from the arguments that say how it starts and what keeps it small. */
import { constrainedAxes } from '../constraints/constraint.js';
import {
  ConstraintArgument,
  InitializerArgument,
  RegularizerArgument,
  toConstraint,
  toInitializer,
  toRegularizer,
} from './arguments.js';
import { LayerError, type ParameterSpec } from './layer.js';

type InitializerValue = Parameters<typeof toInitializer>[0];
type RegularizerValue = Parameters<typeof toRegularizer>[0];
type ConstraintValue = Parameters<typeof toConstraint>[0];

/** The arguments about one weight, which begin with the same word: `kernel_initializer`, `kernel_regularizer`, … */
export type WeightArguments<Prefix extends string> = Readonly<Record<`${Prefix}_initializer`, InitializerValue>> &
  Readonly<Partial<Record<`${Prefix}_regularizer`, RegularizerValue>>> &
  Readonly<Partial<Record<`${Prefix}_constraint`, ConstraintValue>>>;

/** Throws a `LayerError` about the constraint when it names an axis that the weight does not have. */
export function weightOf<Prefix extends string>(
  prefix: Prefix,
  args: WeightArguments<Prefix>,
  weight: Pick<ParameterSpec, 'name' | 'shape' | 'fan' | 'kerasAxes'>,
): ParameterSpec {
  const initializers: Readonly<Record<`${Prefix}_initializer`, InitializerValue>> = args;
  const regularizers: Readonly<Partial<Record<`${Prefix}_regularizer`, RegularizerValue>>> = args;
  const constraints: Readonly<Partial<Record<`${Prefix}_constraint`, ConstraintValue>>> = args;
  const spec = {
    ...weight,
    initializer: toInitializer(initializers[`${prefix}_initializer`]),
    regularizer: toRegularizer(regularizers[`${prefix}_regularizer`]),
    constraint: toConstraint(constraints[`${prefix}_constraint`]),
  };
  requireAxes(`${prefix}_constraint`, spec);
  return spec;
}

function requireAxes(argument: string, { constraint, shape, kerasAxes = [...shape.keys()] }: ParameterSpec): void {
  if (!constraint) return;
  try {
    constrainedAxes(constraint, kerasAxes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LayerError(argument, error.message);
  }
}

/** Schemas for the kernel of a layer that has one. */
export const KERNEL_ARGUMENTS = {
  kernel_initializer: InitializerArgument('glorot_uniform'),
  kernel_regularizer: RegularizerArgument(),
  kernel_constraint: ConstraintArgument(),
};
