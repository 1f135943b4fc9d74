/**
 * Layer normalisation (Ba et al., 2016) as Keras has it: each row brought to mean 0 and variance 1 over `axis`, then
 * scaled and shifted. Over the last axis, an image is normalised pixel by pixel, across its channels.
 *
 *     y = (x − mean) / √(variance + epsilon) · gamma + beta
 *
 * Weights: gamma and beta, with the sizes of the normalised axes in the order channels, height, width.
 */
import { type Static, Type } from 'typebox';
import { type Value, withGradient } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { reshape } from '../ops/reshape.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import { AFFINE_ARGUMENTS, affineParameters } from './affine.js';
import { type FeatureShape, featureCount, type LayerDefinition, LayerError } from './layer.js';

const Axis = Type.Integer({ minimum: -3, maximum: 3 });

const Arguments = Type.Object({
  axis: Type.Unsafe<number | number[]>({
    anyOf: [Axis, Type.Array(Axis, { minItems: 1, maxItems: 3 })],
    default: -1,
    description: '-1 for the channels or units; [1, 2, 3] for a whole image',
  }),
  epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-3 }),
  ...AFFINE_ARGUMENTS,
});

export const layerNormalization: LayerDefinition<Static<typeof Arguments>> = {
  type: 'layer_normalization',
  summary: 'Brings each row to mean 0 and variance 1, then scales and shifts it.',
  arguments: Arguments,
  plan(args, [input]) {
    const weights = weightShape(kerasAxesOf(args.axis, input), input);
    return { output: input, parameters: affineParameters(args, weights), flops: 8 * featureCount(input) };
  },
  forward(args, [x], context) {
    const axes = ownAxes(kerasAxesOf(args.axis, context.inputs[0]), context.inputs[0]);
    const beside = x.shape.slice(1).map((side, i) => (axes.includes(i + 1) ? side : 1));
    const y = normalize(x, axes, args.epsilon);
    const scaled = args.scale ? mul(y, reshape(context.parameter('gamma'), beside)) : y;
    return args.center ? add(scaled, reshape(context.parameter('beta'), beside)) : scaled;
  },
};

/** With r = 1 / √(variance + ε), dx = r · (dy − mean(dy) − y · mean(dy · y)): Ba et al., 2016, in one formula. */
function normalize(x: Value, axes: readonly number[], epsilon: number): Value {
  const centred = sub(x, reduceMean(x, axes, 1));
  const variance = reduceMean(mul(centred, centred), axes, 1);
  const inverse = div(scalarLike(x, 1), sqrt(add(variance, scalarLike(x, epsilon))));
  const y = mul(centred, inverse);
  return withGradient(y, x, (dy) => {
    const along = mul(y, reduceMean(mul(dy, y), axes, 1));
    return mul(sub(sub(dy, reduceMean(dy, axes, 1)), along), inverse);
  });
}

/** Axes of Keras' [N, height, width, channels] or [N, units], ascending. */
function kerasAxesOf(axis: number | readonly number[], input: FeatureShape): number[] {
  const last = input.kind === 'image' ? 3 : 1;
  const axes = [axis].flat().map((one) => {
    const place = one < 0 ? one + last + 1 : one;
    if (place < 1 || place > last) {
      throw new LayerError('axis', `expected axes from 1 to ${last}, or -1 for the last; received ${one}`);
    }
    return place;
  });
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** The same axes of [N, channels, height, width] or [N, units], ascending. */
function ownAxes(kerasAxes: readonly number[], input: FeatureShape): number[] {
  return kerasAxes.map((axis) => ownAxis(axis, input)).sort((a, b) => a - b);
}

function ownAxis(axis: number, input: FeatureShape): number {
  return input.kind === 'vector' ? axis : (axis % 3) + 1;
}

function weightShape(axes: readonly number[], input: FeatureShape) {
  const sides = input.kind === 'image' ? [input.channels, input.height, input.width] : [input.units];
  const own = ownAxes(axes, input);
  const shape = own.map((axis) => sides[axis - 1]);
  const count = shape.reduce((product, side) => product * side, 1);
  return { shape, fan: { in: count, out: count }, kerasAxes: axes.map((axis) => own.indexOf(ownAxis(axis, input))) };
}
