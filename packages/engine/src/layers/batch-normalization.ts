/**
 * Batch normalisation (Ioffe and Szegedy, 2015), channel by channel or unit by unit. While training, the statistics are
 * those of the batch's real rows, and running ones follow them:
 *
 *     moving = momentum · moving + (1 − momentum) · batch
 *
 * with the biased variance, as Keras has it (PyTorch's running variance is the unbiased one, and its `momentum` is
 * 1 − ours). Outside training, and in a frozen layer, the running ones take their place. Weights: gamma, beta and, not trained, moving_mean and
 * moving_variance, each [channels] or [units].
 */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { batchNormalization as normalizeBatch } from '../ops/batch-normalization.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import { AFFINE_ARGUMENTS, affineParameters } from './affine.js';
import { InitializerArgument, toInitializer } from './arguments.js';
import {
  type FeatureShape,
  type ForwardContext,
  featureCount,
  type LayerDefinition,
  LayerError,
  type ParameterSpec,
} from './layer.js';

const Arguments = Type.Object({
  axis: Type.Integer({ minimum: -4, maximum: 4, default: -1, description: '-1: the channels or units' }),
  momentum: Type.Number({ minimum: 0, maximum: 1, default: 0.99 }),
  epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-3 }),
  ...AFFINE_ARGUMENTS,
  moving_mean_initializer: InitializerArgument('zeros'),
  moving_variance_initializer: InitializerArgument('ones'),
});

type BatchNormalizationArguments = Static<typeof Arguments>;

export const batchNormalization: LayerDefinition<BatchNormalizationArguments> = {
  type: 'batch_normalization',
  summary: 'Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it.',
  arguments: Arguments,
  plan(args, [input]) {
    requireLastAxis(args.axis, input);
    const count = input.kind === 'image' ? input.channels : input.units;
    return { output: input, parameters: parametersOf(args, count), flops: 2 * featureCount(input) };
  },
  forward(args, [x], context) {
    return context.training && !context.frozen ? train(args, x, context) : infer(args, x, context);
  },
};

function requireLastAxis(axis: number, input: FeatureShape): void {
  const last = input.kind === 'image' ? 3 : 1;
  if (axis === -1 || axis === last) return;
  const what = input.kind === 'image' ? 'channels, which come last' : 'units';
  throw new LayerError('axis', `expected -1 or ${last}, the axis of the ${what}; received ${axis}`);
}

function parametersOf(args: BatchNormalizationArguments, count: number): ParameterSpec[] {
  const shape = { shape: [count], fan: { in: count, out: count } };
  const statistic = (name: string, initializer: BatchNormalizationArguments['moving_mean_initializer']) =>
    ({ name, ...shape, initializer: toInitializer(initializer), trainable: false }) as const;
  return [
    ...affineParameters(args, shape),
    statistic('moving_mean', args.moving_mean_initializer),
    statistic('moving_variance', args.moving_variance_initializer),
  ];
}

/** A vector is an image of 1×1. */
function train(args: BatchNormalizationArguments, x: Value, context: ForwardContext): Value {
  const [, channels, ...sides] = x.shape;
  const image = sides.length > 0 ? x : reshape(x, [0, channels, 1, 1]);
  const all = (number: number) => x.graph.constant('float32', [channels], new Float32Array(channels).fill(number));
  const gamma = args.scale ? context.parameter('gamma') : all(1);
  const beta = args.center ? context.parameter('beta') : all(0);
  const { y, mean, variance } = normalizeBatch(image, gamma, beta, context.rowWeights, { epsilon: args.epsilon });
  const follow = (name: string, batch: Value) => {
    const kept = mul(context.parameter(name), x.graph.scalar(args.momentum));
    context.setStatistic(name, add(kept, mul(batch, x.graph.scalar(1 - args.momentum))));
  };
  follow('moving_mean', mean);
  follow('moving_variance', variance);
  return sides.length > 0 ? y : reshape(y, [0, channels]);
}

/** x · factor + shift, both known before x is: onnxruntime folds them into a convolution in front. */
function infer(args: BatchNormalizationArguments, x: Value, context: ForwardContext): Value {
  const { graph } = x;
  const deviation = sqrt(add(context.parameter('moving_variance'), graph.scalar(args.epsilon)));
  const factor = div(args.scale ? context.parameter('gamma') : graph.scalar(1), deviation);
  const mean = mul(context.parameter('moving_mean'), factor);
  const shift = sub(args.center ? context.parameter('beta') : graph.scalar(0), mean);
  const perChannel = (value: Value) => reshape(value, [x.shape[1], ...x.shape.slice(2).map(() => 1)]);
  return add(mul(x, perChannel(factor)), perChannel(shift));
}
