/** The bias that convolution and dense layers share. */
import { Type } from 'typebox';
import { ConstraintArgument, InitializerArgument, RegularizerArgument } from './arguments.js';
import type { ParameterSpec } from './layer.js';
import { type WeightArguments, weightOf } from './weight.js';

/** Schemas for the bias of a layer that can have one. */
export const BIAS_ARGUMENTS = {
  use_bias: Type.Boolean({ default: true }),
  bias_initializer: InitializerArgument('zeros'),
  bias_regularizer: RegularizerArgument(),
  bias_constraint: ConstraintArgument(),
};

/** A bias of one number a unit, whose fans are the units, as Keras counts them; none without `use_bias`. */
export function biasOf(args: WeightArguments<'bias'> & { readonly use_bias: boolean }, units: number): ParameterSpec[] {
  if (!args.use_bias) return [];
  return [weightOf('bias', args, { name: 'bias', shape: [units], fan: { in: units, out: units } })];
}
