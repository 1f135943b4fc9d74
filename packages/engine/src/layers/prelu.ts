/**
 * The parametric ReLU, y = x where x > 0, else alpha · x, with a learned alpha for every value, or for every channel with
 * `shared_axes` [1, 2] (He et al., 2015). Weights: alpha [channels, height, width] or [units], 1 along shared axes.
 */
import { type Static, Type } from 'typebox';
import { prelu } from '../ops/prelu.js';
import { ConstraintArgument, InitializerArgument, RegularizerArgument } from './arguments.js';
import { type FeatureShape, featureCount, type LayerDefinition, LayerError } from './layer.js';
import { weightOf } from './weight.js';

const Axis = Type.Integer({ minimum: 1, maximum: 3 });

const Arguments = Type.Object({
  alpha_initializer: InitializerArgument('zeros'),
  alpha_regularizer: RegularizerArgument(),
  alpha_constraint: ConstraintArgument(),
  shared_axes: Type.Optional(
    Type.Unsafe<number | number[]>({
      anyOf: [Axis, Type.Array(Axis, { minItems: 1, maxItems: 3 })],
      description: '1 for the rows, 2 for the columns, 3 for the channels of an image; none where left out',
    }),
  ),
});

type PreluArguments = Static<typeof Arguments>;

export const preluLayer: LayerDefinition<PreluArguments> = {
  type: 'prelu',
  summary: 'Scales negative values by learned factors.',
  arguments: Arguments,
  plan(args, [input]) {
    const alpha = weightOf('alpha', args, { name: 'alpha', ...alphaShape(input, sharedAxes(args, input)) });
    return { output: input, parameters: [alpha], flops: 2 * featureCount(input) };
  },
  forward: (_args, [x], context) => prelu(x, context.parameter('alpha')),
};

/** Keras' axes, the batch being 0. */
function sharedAxes({ shared_axes = [] }: PreluArguments, input: FeatureShape): number[] {
  const axes = [shared_axes].flat();
  const last = input.kind === 'image' ? 3 : 1;
  const wrong = axes.find((axis) => axis > last);
  if (wrong === undefined) return axes;
  throw new LayerError('shared_axes', `expected axes from 1 to ${last}; received ${wrong}`);
}

/** The fans are those that Keras reads off [height, width, channels]. */
function alphaShape(input: FeatureShape, shared: readonly number[]) {
  const side = (size: number, axis: number) => (shared.includes(axis) ? 1 : size);
  if (input.kind === 'vector') {
    const units = side(input.units, 1);
    return { shape: [units], fan: { in: units, out: units } };
  }
  const [height, width, channels] = [input.height, input.width, input.channels].map((size, i) => side(size, i + 1));
  return {
    shape: [channels, height, width],
    fan: { in: height * width, out: height * channels },
    kerasAxes: [1, 2, 0],
  };
}
