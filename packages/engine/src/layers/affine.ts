/** The learned scale and shift (gamma and beta) that normalising layers share. */
import { type Static, Type } from 'typebox';
import { ConstraintArgument, InitializerArgument, RegularizerArgument } from './arguments.js';
import type { ParameterSpec } from './layer.js';
import { weightOf } from './weight.js';

export const AFFINE_ARGUMENTS = {
  center: Type.Boolean({ default: true, description: 'whether beta is added' }),
  scale: Type.Boolean({ default: true, description: 'whether values are multiplied by gamma' }),
  beta_initializer: InitializerArgument('zeros'),
  gamma_initializer: InitializerArgument('ones'),
  beta_regularizer: RegularizerArgument(),
  gamma_regularizer: RegularizerArgument(),
  beta_constraint: ConstraintArgument(),
  gamma_constraint: ConstraintArgument(),
};

const Arguments = Type.Object(AFFINE_ARGUMENTS);

/** Gamma and beta, in Keras' order, as far as the layer has them. */
export function affineParameters(
  args: Static<typeof Arguments>,
  shape: Pick<ParameterSpec, 'shape' | 'fan' | 'kerasAxes'>,
): ParameterSpec[] {
  const gamma = () => weightOf('gamma', args, { name: 'gamma', ...shape });
  const beta = () => weightOf('beta', args, { name: 'beta', ...shape });
  return [...(args.scale ? [gamma()] : []), ...(args.center ? [beta()] : [])];
}
