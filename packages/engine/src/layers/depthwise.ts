/** The kernel of a convolution that treats every channel by itself: shared by the depthwise and separable layers. */
import { Type } from 'typebox';
import { constrainedAxes } from '../constraints/constraint.js';
import {
  ConstraintArgument,
  InitializerArgument,
  type PairArgument,
  RegularizerArgument,
  toPair,
} from './arguments.js';
import { LayerError, type ParameterSpec } from './layer.js';
import { type WeightArguments, weightOf } from './weight.js';

/** Schemas for how many filters each channel has, how they start and what keeps them small. */
export const DEPTHWISE_ARGUMENTS = {
  depth_multiplier: Type.Integer({ minimum: 1, maximum: 1024, default: 1 }),
  depthwise_initializer: InitializerArgument('glorot_uniform'),
  depthwise_regularizer: RegularizerArgument(),
  depthwise_constraint: ConstraintArgument(),
};

interface DepthwiseArguments extends WeightArguments<'depthwise'> {
  readonly kernel_size: PairArgument;
  readonly depth_multiplier: number;
}

/**
 * [channels · multiplier, 1, height, width]. Keras has it as [height, width, channels, multiplier] and takes its fans
 * from there, as if every filter saw all channels.
 */
export function depthwiseKernelOf(name: string, args: DepthwiseArguments, channels: number): ParameterSpec {
  const sides = toPair(args.kernel_size);
  const area = sides[0] * sides[1];
  const kernel = weightOf('depthwise', args, {
    name,
    shape: [channels * args.depth_multiplier, 1, ...sides],
    fan: { in: area * channels, out: area * args.depth_multiplier },
    kerasAxes: [2, 3, 0, 1],
  });
  if (args.depth_multiplier > 1) refuseSplitAxes(kernel);
  return kernel;
}

/** Channels and multiplier, two axes in Keras, are one here: a norm can be taken over both of them or over neither. */
function refuseSplitAxes({ constraint, kerasAxes = [] }: ParameterSpec): void {
  if (!constraint) return;
  const axes = constrainedAxes(constraint, kerasAxes);
  if (axes.includes(0) !== axes.includes(1)) {
    throw new LayerError(
      'depthwise_constraint',
      'expected an axis that holds both 2 and 3, or neither, where depth_multiplier is above 1; ' +
        `received ${JSON.stringify(constraint)}`,
    );
  }
}
